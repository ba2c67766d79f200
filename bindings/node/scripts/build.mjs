// Builds the addon with cargo and puts it beside index.js; with --if-missing only if there is none.

import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

// What this machine builds; the release workflow names the target when it builds for another one.
const HOSTS = {
  "linux-x64": "linux-x64-gnu",
  "linux-arm64": "linux-arm64-gnu",
  "darwin-x64": "darwin-x64",
  "darwin-arm64": "darwin-arm64",
  "win32-x64": "win32-x64-msvc",
};
const name = HOSTS[`${process.platform}-${process.arch}`];
if (!name) throw new Error(`no build for ${process.platform}-${process.arch} yet`);
const addon = here(`../winpod.${name}.node`);

if (!process.argv.includes("--if-missing") || !existsSync(addon)) {
  const build = ["build", "--release", "--locked", "--package", "winpod-node", "--message-format", "json-render-diagnostics"];
  const options = { cwd: here(".."), encoding: "utf8", maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "inherit"] };
  const messages = execFileSync("cargo", build, options).trim().split("\n").map((line) => JSON.parse(line));
  const built = messages.find(({ reason, target }) => reason === "compiler-artifact" && target.kind.includes("cdylib"));
  // Removed first: a process that has the old one loaded keeps it.
  rmSync(addon, { force: true });
  copyFileSync(built.filenames.find((file) => /\.(so|dylib|dll)$/.test(file)), addon);
}
