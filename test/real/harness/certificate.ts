import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { workFolder } from "./programs.js";

/** A throw-away certificate for one name and for 127.0.0.1, signed by itself. */
export interface ThrowAway {
  /** Path of the certificate; its key lies beside it, called `FILE.key`. */
  readonly file: string;
  readonly cert: string;
  readonly key: string;
}

/** Made by openssl, for a day. */
export function certificate(name: string): ThrowAway {
  const file = join(workFolder(), `${name}.pem`);
  const key = `${file}.key`;
  execFileSync(
    "openssl",
    [
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"],
      ...["-subj", `/CN=${name}`, "-addext", `subjectAltName=DNS:${name},IP:127.0.0.1`, "-keyout", key, "-out", file],
    ],
    { stdio: "pipe" },
  );
  return { file, cert: readFileSync(file, "utf8"), key: readFileSync(key, "utf8") };
}
