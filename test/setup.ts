import fc from "fast-check";
import { SEED } from "./injection/seed.js";

fc.configureGlobal({ seed: SEED });
