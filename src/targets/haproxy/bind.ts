import type { Certificate, Listener } from "../../fleet/fleet.js";
import { bindLines } from "./words.js";

/** The certificate of a listener that ends TLS; null: it does not. */
export const certificateOf = ({ tls }: Listener): Certificate | null =>
  tls?.mode === "terminate" ? tls.certificate : null;

/** The file that HAProxy is given: certificate and key in one, or the certificate with its key beside as `FILE.key`. */
const certificateFile = ({ bundle, certificate }: Certificate): string => bundle ?? certificate ?? "";

/** Written in `global`; a `bind` repeats only what differs. */
const USUAL_MIN_VERSION = "1.2";

/**
 * The `bind` lines of a listener. Several certificates are chosen by name (SNI); the strictest wish of any of them holds for all,
 * for the protocol version belongs to the address.
 */
export function listenerBinds(
  listener: Listener,
  certificates: readonly Certificate[],
  alpn: string,
): readonly (readonly string[])[] {
  if (certificates.length === 0) return bindLines(listener);
  const words = ["ssl"];
  for (const file of new Set(certificates.map(certificateFile))) words.push("crt", file);
  if (alpn !== "") words.push("alpn", alpn);
  if (certificates.some(({ minVersion }) => minVersion !== USUAL_MIN_VERSION)) words.push("ssl-min-ver", "TLSv1.3");
  words.push(...clientCaWords(certificates));
  return bindLines(listener, words);
}

/** Where only some pools of an address want client certificates, the others' clients may come without. */
function clientCaWords(certificates: readonly Certificate[]): string[] {
  const file = certificates.find(({ clientCa }) => clientCa !== null)?.clientCa;
  if (file === undefined || file === null) return [];
  const verify = certificates.every(({ clientCa }) => clientCa !== null) ? "required" : "optional";
  return ["ca-file", file, "verify", verify];
}
