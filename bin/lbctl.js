#!/usr/bin/env node
"use strict";
// Plain enough for any old Node to read: it decides who runs lbctl before anything newer is loaded.
const fs = require("fs");
const path = require("path");
const NEEDED = 22;

if (parseInt(process.versions.node, 10) >= NEEDED) start(process.argv.slice(2));
else handOver();

function start(given) {
  require("module").enableCompileCache();
  const args = given[0] === "help" ? given.slice(1).concat("--help") : given;
  const fail = (error) =>
    import("../dist/call/failure.js")
      .then((failure) => failure.reportFailure(error, args), notBuilt)
      .then((exitCode) => {
        process.exitCode = exitCode;
      });
  process.on("SIGINT", () => process.exit(130));
  process.on("uncaughtException", (error) => {
    if (error.code === "EPIPE") process.exit(); // the reader has seen enough
    fail(error).then(() => process.exit());
  });
  run(args).catch(fail);
}

async function run(args) {
  const oclif = require("../dist/oclif.cjs");
  const root = path.join(__dirname, "..");
  const command = path.join(root, "dist/commands", `${args[0]}.js`);
  if (!/^[a-z]+$/.test(args[0]) || !fs.existsSync(command) || asksForHelp(args))
    return await oclif["@oclif/core/run"].run(args, { root });
  const { default: Command } = await import(`../dist/commands/${args[0]}.js`);
  await new Command(args.slice(1), knownConfig(oclif["@oclif/core/config"].Config, root))._run();
}

function asksForHelp(args) {
  const own = args.slice(0, args.concat("--").indexOf("--"));
  return own.includes("--help") || own.includes("-h");
}

/** What oclif would find out by looking for plug-ins, platforms and shells, at the price of half a bare Node. */
function knownConfig(Config, root) {
  const { name, version, oclif } = require("../package.json");
  const rootPlugin = { name, root, hooks: {}, commands: [] };
  const known = {
    name,
    version,
    root,
    rootPlugin,
    bin: oclif.bin,
    topicSeparator: oclif.topicSeparator,
    pjson: { oclif },
  };
  return Object.assign(new Config({ root }), known, { userAgent: `${name}/${version}` });
}

function notBuilt() {
  console.error("error: this copy of lbctl is not built\n  = help: npm run build");
  return 3;
}

/** A clone of the repository has a newer Node among its development packages. */
function handOver() {
  const node = path.join(__dirname, "..", "node_modules", "node", "bin", "node");
  if (!fs.existsSync(node)) {
    console.error(`error: lbctl needs Node ${NEEDED} or newer; this is ${process.version}`);
    process.exit(3);
  }
  const child = require("child_process").spawn(node, [__filename].concat(process.argv.slice(2)), { stdio: "inherit" });
  const pass = (signal) => process.on(signal, () => child.kill(signal));
  ["SIGINT", "SIGTERM", "SIGHUP"].forEach(pass);
  child.on("exit", (code, signal) => {
    process.exitCode = code === null ? 128 + require("os").constants.signals[signal] : code;
  });
}
