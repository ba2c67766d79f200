// In a project that has the packed tarballs and nothing else of ours: the code of README.md is compiled and synthesised.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { checkSync } from "winpod";
import { lint } from "./lint.mjs";

const require = createRequire(import.meta.url);
const project = join(import.meta.dirname, "..");
const of = (name) => dirname(require.resolve(`${name}/package.json`));
const bin = (name) => join(project, "node_modules/.bin", name);
const run = (name, args) => execFileSync(bin(name), args, { cwd: project, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });

test("the packages are the packed ones, of one version", () => {
  const [cdk, winpod] = ["winpod-cdk", "winpod"].map((name) => JSON.parse(readFileSync(join(of(name), "package.json"), "utf8")));
  assert.ok(of("winpod-cdk").startsWith(join(project, "node_modules")));
  assert.ok(of("winpod").startsWith(join(project, "node_modules")));
  assert.deepEqual(cdk.dependencies, { winpod: winpod.version });
  assert.equal(cdk.version, winpod.version);
  assert.ok(existsSync(join(of("winpod-cdk"), "LICENSE")));
});

test("the code of README.md compiles and makes what it says", () => {
  const blocks = readFileSync(join(of("winpod-cdk"), "README.md"), "utf8").matchAll(/^```ts\n([^]*?)^```$/gm);
  const [[, code]] = blocks;
  const options = { module: "node16", target: "es2022", strict: true, types: ["node"], rootDir: "src", outDir: "dist" };
  mkdirSync(join(project, "src"), { recursive: true });
  writeFileSync(join(project, "src/app.ts"), code);
  writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions: options, include: ["src"] }));
  run("tsc", ["-p", "."]);
  const cdk = ["synth", "--strict", "--quiet", "--no-notices", "--no-version-reporting", "--app", "node dist/app.js"];
  const said = run("cdk", cdk);
  // What the comment behind console.log says.
  assert.ok(said.includes(/console\.log\(.*\); \/\/ (.*)/.exec(code)[1]), said);

  const file = join(project, "cdk.out/Shop.template.json");
  const { Resources } = JSON.parse(readFileSync(file, "utf8"));
  const all = (type) => Object.values(Resources).filter((it) => it.Type === type).map((it) => it.Properties);
  const [addon] = all("AWS::EKS::Addon");
  assert.deepEqual(JSON.parse(addon.ConfigurationValues), { enableWindowsIpam: "true", enableWindowsPrefixDelegation: "true" });
  assert.deepEqual(all("AWS::EKS::AccessEntry").filter(({ Type }) => Type === "EC2_WINDOWS").length, 1);
  const [{ LaunchTemplateData }] = all("AWS::EC2::LaunchTemplate");
  const text = JSON.stringify(LaunchTemplateData.UserData);
  assert.match(text, /-KubeletExtraArgs '--max-pods=144 --register-with-taints=os=windows:NoSchedule'/);
  assert.match(text, /-KubeProxyExtraArgs '--enable-dsr=true'/);
  lint(file);
  assert.deepEqual(checkSync(file).findings, []);
});
