/* Results of the search show a few words of each page.  Sphinx fetches the pages for that, which a browser refuses for
   files on disk, so the texts come from search_texts.js instead. */
"use strict";
(() => {
  const texts = window.SEARCH_TEXTS || {};
  const root = new URL(document.documentElement.dataset.content_root || "./", document.baseURI).href;
  const fetched = window.fetch;
  window.fetch = (asked, ...rest) => {
    const address = new URL(asked, document.baseURI).href.split("#")[0];
    const text = address.startsWith(root) ? texts[address.slice(root.length)] : undefined;
    return text === undefined ? fetched(asked, ...rest) : Promise.resolve(new Response(text));
  };
})();
