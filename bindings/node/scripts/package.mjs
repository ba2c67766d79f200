// Packs what is built: the package for each platform whose addon is here, and winpod, which lists them.
// The tarballs go to the directory that is named, build/node-packages by default.

import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const target = resolve(process.argv[2] ?? join(root, "../../build/node-packages"));
const { scripts, devDependencies, ...manifest } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const LIBC = { gnu: "glibc", musl: "musl" };

/** Packs some files of this directory, and the licence, under a manifest. */
function pack(manifest, files) {
  const stage = mkdtempSync(join(tmpdir(), "winpod-"));
  for (const file of files) copyFileSync(join(root, file), join(stage, file));
  copyFileSync(join(root, "../../LICENSE"), join(stage, "LICENSE"));
  writeFileSync(join(stage, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  execFileSync("npm", ["pack", "--pack-destination", target], { cwd: stage, stdio: ["ignore", "ignore", "inherit"] });
  rmSync(stage, { recursive: true });
}

rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
manifest.optionalDependencies = {};
for (const addon of readdirSync(root).filter((file) => /^winpod\..*\.node$/.test(file))) {
  const [, platform] = addon.split(".");
  const [os, cpu, abi] = platform.split("-");
  const { version, license, repository, engines } = manifest;
  const name = `winpod-${platform}`;
  const libc = LIBC[abi] && [LIBC[abi]];
  const description = `The addon of winpod for ${platform}`;
  pack({ name, version, description, license, repository, engines, main: addon, files: [addon], os: [os], cpu: [cpu], libc }, [addon]);
  manifest.optionalDependencies[name] = version;
}
if (Object.keys(manifest.optionalDependencies).length === 0) throw new Error("no addon is built: run `npm run build`");
pack(manifest, [...manifest.files, "README.md"]);
console.log(readdirSync(target).map((file) => join(target, file)).join("\n"));
