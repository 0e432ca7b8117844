/** One section of a page, as the build writes it into `search-index.js`. */
export interface Section {
  id: number;
  /** Path on the site, with the anchor. */
  path: string;
  page: string;
  title: string;
  text: string;
}
