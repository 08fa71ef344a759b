// One page, one script, one style sheet, relative addresses, no source maps, and the licenses of what is in them: what
// the wheel carries and the one-file replay takes in.  The script is a plain one (iife), so that it works from a file as well as from the server.
import { defineConfig, type Plugin } from "vite";
import { licenses } from "./tools/licenses";

/** The script as a plain deferred one: a module would not load from a file. */
const plain: Plugin = {
  name: "plain-script",
  enforce: "post",
  transformIndexHtml: (html) => html.replace('type="module" crossorigin', "defer").replaceAll(" crossorigin", ""),
};

export default defineConfig({
  base: "./",
  publicDir: false,
  plugins: [plain, licenses()],
  build: {
    outDir: "../src/openiads/faces/static",
    emptyOutDir: true,
    sourcemap: false,
    target: "es2022",
    cssCodeSplit: false,
    modulePreload: false,
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1500,
    rollupOptions: {
      output: {
        format: "iife",
        entryFileNames: "viewer.js",
        assetFileNames: "viewer[extname]",
      },
    },
  },
});
