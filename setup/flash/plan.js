// What `npm run flash` does, decided from its arguments and from what the machine has. Nothing here touches the machine.

/** Boards by name: how the SDK calls them, and the chip id in their images. */
export const BOARDS = {
  esp32: { platform: "esp32", chip: "ESP32", id: 0 },
  esp32c3: { platform: "esp32/esp32c3", chip: "ESP32-C3", id: 5 },
  esp32s3: { platform: "esp32/esp32s3", chip: "ESP32-S3", id: 9 },
  esp32c6: { platform: "esp32/esp32c6", chip: "ESP32-C6", id: 13 },
}

export const USAGE = `Builds the firmware with the Moddable SDK and flashes it, or flashes an image that is built already.

  npm run flash -- --board esp32c6 --port /dev/ttyACM0
  npm run flash -- --image FILE-OR-FOLDER --port /dev/ttyACM0 [--board esp32c6]

  --board NAME   ${Object.keys(BOARDS).join(", ")}
  --port PATH    the board's serial port
  --image PATH   a whole image, an application, or the folder that --build-only leaves: no SDK is needed
  --firmware NAME  dormouse (default), or hw-tests: test firmware (hw-tests/README.md)
  --encrypt MODE the board encrypts its flash from its first start on: development, or release with --irrevocable, after
                 which no firmware can be written any more. Either burns fuses for good and erases the board: docs/hardware.md
  --build-only   stops before flashing
  --baud RATE    while an image is written (default 460800)
  --no-console   does not show what the board says afterwards

No board has been tried with this firmware yet: see docs/hardware.md.`

/** Firmware by name: its manifest. */
export const FIRMWARE = { dormouse: "manifest.json", "hw-tests": "hw-tests/agent/manifest.json" }
const MODES = ["development", "release"]
const VALUES = ["board", "port", "image", "baud", "firmware", "encrypt"]
const FLAGS = ["build-only", "no-console", "irrevocable", "help"]
const SDK_HELP = {
  MODDABLE: "the Moddable SDK is missing (MODDABLE is not set): run `npx xs-dev setup`, then open a new terminal",
  mcconfig:
    "MODDABLE is set, but its tools are not on the PATH (mcconfig): run `npx xs-dev setup` again, then open a new terminal",
  IDF_PATH:
    "the ESP32 tools are missing (IDF_PATH is not set): run `npx xs-dev setup --device esp32`, then open a new terminal",
  "idf.py":
    "IDF_PATH is set, but its tools are not on the PATH (idf.py): run `source $IDF_PATH/export.sh` in this terminal",
}

/** What is wrong with the arguments or the machine, as one sentence that says what to do. */
export class FlashError extends Error {
  constructor(code, message, options) {
    super(message, options)
    this.name = "FlashError"
    this.code = code
  }
}

const usage = (message) => new FlashError("E_USAGE", `${message} See: npm run flash -- --help`)

/** Options by name. Throws `E_USAGE`. */
export function parseArguments(args) {
  const options = {}
  for (let i = 0; i < args.length; i++) {
    const [, name, inline] = /^--([a-z-]+)(?:=(.*))?$/.exec(args[i]) ?? []
    if (FLAGS.includes(name) && inline === undefined) options[name] = true
    else if (VALUES.includes(name)) {
      const value = inline ?? args[++i]
      if (!value || value.startsWith("--")) throw usage(`--${name} needs a value.`)
      options[name] = value
    } else throw usage(`"${args[i]}" is not understood.`)
  }
  return options
}

/** `{ kind: "help" }`, `{ kind: "image", ... }` or `{ kind: "build", ... }`. Throws `E_USAGE`. */
export function planOf(args) {
  const options = parseArguments(args)
  if (options.help || args.length === 0) return { kind: "help" }
  const { board, port, image } = options
  if (board !== undefined && !Object.hasOwn(BOARDS, board))
    throw usage(`--board ${board} is not known: give one of ${Object.keys(BOARDS).join(", ")}.`)
  const baud = Number(options.baud ?? 460_800)
  if (!(Number.isInteger(baud) && baud >= 9_600 && baud <= 2_000_000)) throw usage(`--baud ${options.baud} is no rate.`)
  const console = !options["no-console"]
  const buildOnly = options["build-only"] === true
  const encrypt = encryptOf(options)
  if (image !== undefined) {
    if (port === undefined) throw usage("--image is written over a port: give --port.")
    if (buildOnly) throw usage("--build-only builds; --image is built already.")
    return { kind: "image", image, port, baud, board, console, encrypt }
  }
  if (board === undefined) throw usage("Give --board (what to build for) or --image (what to write).")
  if (port === undefined && !buildOnly) throw usage("Give --port, or --build-only.")
  const firmware = options.firmware ?? "dormouse"
  if (!Object.hasOwn(FIRMWARE, firmware))
    throw usage(`--firmware ${firmware} is not known: give one of ${Object.keys(FIRMWARE).join(", ")}.`)
  return { kind: "build", board, port, baud, console, buildOnly, firmware, encrypt }
}

function encryptOf({ encrypt, irrevocable }) {
  if (encrypt !== undefined && !MODES.includes(encrypt))
    throw usage(`--encrypt ${encrypt} is not known: give one of ${MODES.join(", ")}.`)
  if (irrevocable && encrypt !== "release") throw usage("--irrevocable belongs to --encrypt release.")
  if (encrypt === "release" && !irrevocable)
    throw usage("--encrypt release leaves a board that can never be flashed again: say so with --irrevocable.")
  return encrypt
}

/** The first thing that is missing for a build, with the remedy; `undefined`: nothing. `has` looks for a program on the PATH. */
export function missingForBuild(env, has) {
  const checks = [
    ["MODDABLE", Boolean(env.MODDABLE)],
    ["mcconfig", has("mcconfig")],
    ["IDF_PATH", Boolean(env.IDF_PATH)],
    ["idf.py", has("idf.py")],
  ]
  const missing = checks.find(([, there]) => !there)?.[0]
  return missing && SDK_HELP[missing]
}

export function buildName({ firmware, encrypt }) {
  return encrypt ? `${firmware}-${encrypt}` : firmware
}

/** The build's command, and where it leaves its files; of an encrypted one also where its manifest must stand. */
export function buildCommand({ board, firmware, encrypt }, output) {
  const { platform } = BOARDS[board]
  const name = buildName({ firmware, encrypt })
  const project = encrypt && `${output}/encrypted/${board}/${name}`
  return {
    command: "mcconfig",
    args: [
      "-m",
      "-p",
      platform,
      "-t",
      "build",
      "-o",
      output,
      project ? `${project}/manifest.json` : FIRMWARE[firmware],
    ],
    folder: `${output}/bin/${platform}/release/${name}`,
    project,
  }
}

/** Throws `E_FLASH_FUSES` where an image would burn fuses and nobody asked for it, `E_IMAGE` where it would not and somebody did. */
export function agree({ encrypt }, { encrypts }) {
  if (encrypts && !encrypt)
    throw new FlashError(
      "E_FLASH_FUSES",
      "At its first start this image makes the board encrypt its flash and burns fuses, for good: nothing was written. If you want that, give --encrypt with the mode that it was built for.",
    )
  if (encrypt && !encrypts)
    throw new FlashError(
      "E_IMAGE",
      `--encrypt ${encrypt}: this image encrypts nothing. Build one with --board and --encrypt.`,
    )
}

/** What writes an image that has been built. */
export function imageArguments({ encrypt }, path) {
  const mode = encrypt ? ` --encrypt ${encrypt}${encrypt === "release" ? " --irrevocable" : ""}` : ""
  return `--image ${path} --port PORT${mode}`
}
