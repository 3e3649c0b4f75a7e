import { describe, expect, it } from "vitest";
import { sharesOf } from "../../../src/targets/nginx/destinations.js";
import { cookieVariable } from "../../../src/targets/nginx/method.js";
import { rate } from "../../../src/targets/nginx/rate.js";
import { releaseOf } from "../../../src/targets/nginx/versions.js";
import { hostPort, isName, seconds, size, time } from "../../../src/targets/nginx/words.js";

describe("nginx's words", () => {
  it.each([
    [0, "0s"],
    [1500, "1500ms"], // nginx knows no fractions
    [60_000, "60s"],
    [90_000, "90s"],
    [120_000, "2m"],
    [125_000, "125s"],
    [3_600_000, "1h"],
    [86_400_000, "1d"],
  ])("writes %i ms as %s", (ms, text) => {
    expect(time(ms)).toBe(text);
  });

  it.each([
    [1, "1s"], // fail_timeout counts whole seconds
    [1001, "2s"],
    [30_000, "30s"],
  ])("rounds %i ms up to %s where only seconds count", (ms, text) => {
    expect(seconds(ms)).toBe(text);
  });

  it.each([
    [0, "0"],
    [1000, "1000"],
    [16_384, "16k"],
    [1_048_576, "1m"],
    [3 * 1024 ** 3, "3072m"], // not every directive knows g
  ])("writes %i bytes as %s", (bytes, text) => {
    expect(size(bytes)).toBe(text);
  });

  it.each([
    [20, 1000, "20r/s", false],
    [10_000, 60_000, "10000r/m", false],
    [100, 3_600_000, "1r/m", true], // 1.67 a minute
    [7, 2000, "210r/m", false],
    [5, 3000, "100r/m", false],
    [3, 7000, "25r/m", true],
    [120, 60_000, "2r/s", false],
  ])("writes %i in %i ms as %s", (requests, per, text, rounded) => {
    expect(rate(requests, per)).toEqual({ text, rounded });
  });

  it("has no word for less than one request a minute", () => {
    expect(rate(59, 3_600_000)).toBeNull();
    expect(rate(5, 0)).toBeNull();
  });

  it.each([
    [
      [1, 1],
      ["50%", "*"],
    ],
    [
      [2, 1],
      ["66.66%", "*"],
    ],
    [
      [1, 1_000_000],
      ["0.01%", "*"],
    ], // 0 % is refused
    [
      [5, 3, 2],
      ["50%", "30%", "*"],
    ],
  ])("splits weights %j as %j", (weights, shares) => {
    expect(sharesOf(weights)).toEqual(shares);
  });

  it("brackets IPv6, and tells names from addresses", () => {
    expect(hostPort("::1", 80)).toBe("[::1]:80");
    expect(hostPort("10.0.0.1", 80)).toBe("10.0.0.1:80");
    expect(["web-1", "10.0.0.1", "fd00::1", "1.example"].map(isName)).toEqual([true, false, false, true]);
  });

  it("gives each cookie a variable of its own", () => {
    expect(cookieVariable("a_b")).toBe("$cookie_a_b");
    expect(new Set(["a-b", "a_b-c", "a-b_c", "a--b", "a_2db-"].map(cookieVariable)).size).toBe(5);
    expect(cookieVariable("a-b")).toMatch(/^\$[a-z0-9_]+$/);
  });

  it("means the newest measured release by X.Y", () => {
    expect(["1.22", "1.29", "1.24", "1.27.3"].map(releaseOf)).toEqual(["1.22.1", "1.29.6", "1.24", "1.27.3"]);
  });
});
