// The last line of a test run, for programs that read it: `node bin/dev/summary.mjs RESULTS.json`.
import { readFileSync } from "node:fs";

const results = JSON.parse(readFileSync(process.argv[2], "utf8"));
const failed = results.numFailedTests + brokenFiles(results.testResults);
console.log(
  `${results.numPassedTests} passed, ${failed} failed, ${results.numPendingTests + results.numTodoTests} skipped`,
);

/** Files that failed before their first test. */
function brokenFiles(files) {
  return files.filter(
    (file) => file.status === "failed" && !file.assertionResults.some(({ status }) => status === "failed"),
  ).length;
}
