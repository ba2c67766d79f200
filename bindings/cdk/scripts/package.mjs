// Packs what is built, with winpod of the same version as its dependency in place of the directory beside this one.
// The tarball goes to the directory that is named, build/cdk-package by default.

import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const target = resolve(process.argv[2] ?? join(root, "../../build/cdk-package"));
const { scripts, devDependencies, ...manifest } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const winpod = JSON.parse(readFileSync(join(root, "../node/package.json"), "utf8"));
if (winpod.version !== manifest.version) throw new Error(`winpod is ${winpod.version}, and this is ${manifest.version}`);
manifest.dependencies = { winpod: winpod.version };

const stage = mkdtempSync(join(tmpdir(), "winpod-cdk-"));
for (const part of [...manifest.files, "README.md"]) cpSync(join(root, part), join(stage, part), { recursive: true });
cpSync(join(root, "../../LICENSE"), join(stage, "LICENSE"));
writeFileSync(join(stage, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
execFileSync("npm", ["pack", "--pack-destination", target], { cwd: stage, stdio: ["ignore", "ignore", "inherit"] });
rmSync(stage, { recursive: true });
console.log(readdirSync(target).map((file) => join(target, file)).join("\n"));
