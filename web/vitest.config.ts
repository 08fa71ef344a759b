// The unit tests: modules that need no page, in Node.  What needs one is tested in a browser (tests/web).
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    environment: "node",
    pool: "threads",
    restoreMocks: true,
    unstubGlobals: true,
  },
});
