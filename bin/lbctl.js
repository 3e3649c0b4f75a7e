#!/usr/bin/env node
"use strict";
// Plain enough for any old Node to read: it decides who runs lbctl before anything newer is loaded.
const path = require("path");
const NEEDED = 22;

if (parseInt(process.versions.node, 10) >= NEEDED) run();
else handOver();

function run() {
  require("module").enableCompileCache();
  process.on("SIGINT", () => process.exit(130));
  const given = process.argv.slice(2);
  const args = given[0] === "help" ? given.slice(1).concat("--help") : given;
  const fail = (error) =>
    import("../dist/commands/failure.js")
      .then((failure) => failure.reportFailure(error, args), notBuilt)
      .then((exitCode) => {
        process.exitCode = exitCode;
      });
  process.on("uncaughtException", (error) => {
    if (error.code === "EPIPE") process.exit(); // the reader has seen enough
    fail(error).then(() => process.exit());
  });
  require("@oclif/core/run")
    .run(args, { root: path.join(__dirname, "..") })
    .catch(fail);
}

function notBuilt() {
  console.error("error: this copy of lbctl is not built\n  = help: npm run build");
  return 3;
}

/** A clone of the repository has a newer Node among its development packages. */
function handOver() {
  const node = path.join(__dirname, "..", "node_modules", "node", "bin", "node");
  if (!require("fs").existsSync(node)) {
    console.error("error: lbctl needs Node " + NEEDED + " or newer; this is " + process.version);
    process.exit(3);
  }
  const child = require("child_process").spawn(node, [__filename].concat(process.argv.slice(2)), { stdio: "inherit" });
  const pass = (signal) => process.on(signal, () => child.kill(signal));
  ["SIGINT", "SIGTERM", "SIGHUP"].forEach(pass);
  child.on("exit", (code, signal) => {
    process.exitCode = code === null ? 128 + require("os").constants.signals[signal] : code;
  });
}
