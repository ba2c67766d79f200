// What tests share. They run in the tree and, with the packed tarballs, in build/node: both are three levels down.

import { createRequire } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

export const repository = fileURLToPath(new URL("../../..", import.meta.url));
export const require = createRequire(import.meta.url);
/** The package under test. */
export const packageDirectory = dirname(require.resolve("winpod/package.json"));

/** The code of what a function throws; what it gives if it throws nothing. */
export function codeOf(work) {
  try {
    return { unexpected: work() };
  } catch (error) {
    return error instanceof Error && error.message ? error.code : { unexpected: error };
  }
}
