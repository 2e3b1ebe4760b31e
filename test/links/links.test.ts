import { conformance } from "./conformance.ts"
import { pairs } from "./pairs.ts"

for (const pair of pairs) conformance(pair)
