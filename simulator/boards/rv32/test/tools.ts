/** Tests of this folder are skipped by name where its tools are missing, and fail where they are required. */
import { missingTools } from "../toolchain.ts"

export const skip = missingTools.length > 0 && process.env.DORMOUSE_REQUIRE_TOOLS !== "1"
export const suffix = skip ? ` (needs ${missingTools.join(", ")})` : ""
