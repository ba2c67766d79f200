"use strict";

// Loads the addon: beside this file if it was built here, else from the package for this platform.

function platform() {
  const { platform, arch } = process;
  if (platform === "win32") return `win32-${arch}-msvc`;
  if (platform !== "linux") return `${platform}-${arch}`;
  const { glibcVersionRuntime } = process.report.getReport().header;
  return `linux-${arch}-${glibcVersionRuntime ? "gnu" : "musl"}`;
}

function load(name) {
  try {
    return require(`./winpod.${name}.node`);
  } catch (error) {
    if (error.code !== "MODULE_NOT_FOUND") throw error;
  }
  try {
    return require(`winpod-${name}`);
  } catch (cause) {
    const advice = "install again without --omit=optional, or build it with `npm run build`, which needs cargo";
    throw new Error(`winpod has no addon for ${name}: ${advice}`, { cause });
  }
}

module.exports = load(platform());
