// Packs what is built: the package for each platform whose addon is here, and winpod, which lists them.
// The tarballs go to the directory that is named, build/node-packages by default.

import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const target = resolve(process.argv[2] ?? join(root, "../../build/node-packages"));
const { scripts, devDependencies, napi, ...manifest } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

const run = (command, args, cwd) => execFileSync(command, args, { cwd, stdio: ["ignore", "ignore", "inherit"] });
rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
rmSync(join(root, "npm"), { recursive: true, force: true });
run("npx", ["--no-install", "napi", "create-npm-dirs"], root);

manifest.optionalDependencies = {};
for (const platform of readdirSync(join(root, "npm"))) {
  const addon = `winpod.${platform}.node`;
  if (!existsSync(join(root, addon))) throw new Error(`${addon} is not built: run \`npm run build\``);
  copyFileSync(join(root, addon), join(root, "npm", platform, addon));
  copyFileSync(join(root, "../../LICENSE"), join(root, "npm", platform, "LICENSE"));
  run("npm", ["pack", "--pack-destination", target], join(root, "npm", platform));
  manifest.optionalDependencies[`winpod-${platform}`] = manifest.version;
}

const stage = mkdtempSync(join(tmpdir(), "winpod-"));
for (const file of [...manifest.files, "README.md"]) copyFileSync(join(root, file), join(stage, file));
copyFileSync(join(root, "../../LICENSE"), join(stage, "LICENSE"));
writeFileSync(join(stage, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
run("npm", ["pack", "--pack-destination", target], stage);
rmSync(stage, { recursive: true });
console.log(readdirSync(target).map((file) => join(target, file)).join("\n"));
