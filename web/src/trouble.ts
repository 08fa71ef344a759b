// Errors that a user can act on.

import type { Problem } from "./contract";

/** An error that says what went wrong and what to do. */
export class Trouble extends Error {
  constructor(readonly problem: Problem) {
    super(problem.message);
  }
}
