/** esbuild puts imported style sheets next to the bundle. */
declare module "*.css" {}
