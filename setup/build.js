// Builds what needs node_modules and is stale: contracts, device bundle. The engine is built by setup/run.js.
import { buildBundle } from "./bundle.js"
import { buildContracts } from "./contracts.js"

const quiet = process.argv.includes("--quiet")
await Promise.all([buildContracts({ quiet }), buildBundle()])
