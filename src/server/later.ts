/**
 * Packages that no start needs, together most of the server's code: a bundle of their own (esbuild.mjs), which is loaded when the server is
 * up, or with the first request that needs it.
 */
export { fastify } from 'fastify';
export { lookup } from 'mime-types';
