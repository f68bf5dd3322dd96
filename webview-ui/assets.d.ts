/** esbuild's `dataurl` loader: the picture as a `data:` URL. */
declare module '*.svg' {
  const url: string;
  export default url;
}
declare module '*.css';
