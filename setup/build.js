// Builds whatever is stale: the XS host, the contracts, the device bundle.
import { buildBundle } from "./bundle.js"
import { buildContracts } from "./contracts.js"
import { buildXs } from "./xs.js"

const quiet = process.argv.includes("--quiet")
await Promise.all([buildXs({ quiet }), buildContracts({ quiet }), buildBundle()])
