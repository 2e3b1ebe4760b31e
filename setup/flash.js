// `npm run flash`: builds the firmware with the SDK that the machine has and writes it to a board, or writes an image.
import { spawnSync } from "node:child_process"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { encryptedProject } from "./flash/encrypted.js"
import { flashImage } from "./flash/image.js"
import { readParts } from "./flash/parts.js"
import { agree, buildCommand, FlashError, imageArguments, missingForBuild, planOf, USAGE } from "./flash/plan.js"
import { serialPort, showConsole } from "./flash/port.js"
import { fail, root } from "./node.js"

const UNTRIED =
  "This firmware has been built and tested without hardware only: no board has run it yet (docs/hardware.md)."

const FIRST_START = "At its first start the board encrypts its flash, which takes up to a minute: leave it its power."

const has = (program) => spawnSync(program, ["--version"], { stdio: "ignore" }).error?.code !== "ENOENT"

/** Builds; the folder with what is to be written. */
function build(plan) {
  const missing = missingForBuild(process.env, has)
  if (missing)
    throw new FlashError("E_SDK", `Cannot build: ${missing}. Or write an image that is built already: --image.`)
  const output = join(root, "build/moddable")
  mkdirSync(output, { recursive: true })
  const { command, args, folder, project } = buildCommand(plan, output)
  if (project) {
    mkdirSync(project, { recursive: true })
    for (const [name, text] of Object.entries(encryptedProject(plan, root))) writeFileSync(join(project, name), text)
  }
  console.log(`${command} ${args.join(" ")}`)
  const { status } = spawnSync(command, args, { cwd: root, stdio: "inherit" })
  if (status !== 0) throw new FlashError("E_BUILD", "The build failed: its own words stand above.")
  return folder
}

async function write(plan, path) {
  const image = readParts(path)
  agree(plan, image)
  const port = await serialPort(plan.port)
  const shown = new Map()
  const chip = await flashImage({
    port,
    image,
    baud: plan.baud,
    board: plan.board,
    progress(name, share) {
      const percent = Math.floor(share * 10) * 10
      if (shown.get(name) !== percent) console.log(`${name}  ${percent} %`)
      shown.set(name, percent)
    },
  })
  console.log(`${chip}: written, verified, restarted.`)
  if (image.encrypts) console.log(FIRST_START)
}

async function main() {
  const plan = planOf(process.argv.slice(2))
  if (plan.kind === "help") return console.log(USAGE)
  console.log(UNTRIED)
  const path = plan.kind === "build" ? build(plan) : plan.image
  if (plan.buildOnly)
    return console.log(`Built: ${path}. Write it with: npm run flash -- ${imageArguments(plan, path)}`)
  await write(plan, path)
  console.log(`Next: npx dormouse enrol --port ${plan.port} --data DIR ... (docs/hardware.md)`)
  if (plan.console && process.stdout.isTTY) {
    console.log("What the board says (Ctrl-C ends it):")
    await showConsole(plan.port)
  }
}

main().catch((error) => {
  if (error instanceof FlashError) fail(`${error.code}: ${error.message}`)
  throw error
})
