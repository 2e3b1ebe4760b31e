// Builds the XS worker (simulator/xs/host) with the machine's C compiler. XS's C sources come from one npm tarball.
import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs"
import { availableParallelism, homedir } from "node:os"
import { join } from "node:path"
import { fail, root } from "./node.js"

const source = {
  name: "@agoric/xsnap@0.15.0",
  file: "agoric-xsnap-0.15.0.tgz",
  sha512: "ZBm4DZxbtfacxMHVVdJjZi0Y8zOxN77vpu1WwI5RWfPkaRh0aHkz/dVdTGKXalDNzWfz183lljKxlxl3/h0n+A==",
}

const out = join(root, "build", "xs")
const binary = join(out, "dormouse-xs")
const log = join(out, "build.log")
const makefile = "simulator/xs/host/Makefile"

/** Folders whose C files end in the binary. */
const inputs = ["simulator/xs/host", "src/device/targets/native", "as/c", "as/generated"]

const sha512 = (file) => createHash("sha512").update(readFileSync(file)).digest("base64")

function stampOf(compiler) {
  const hash = createHash("sha256").update(JSON.stringify([source, compiler, process.env.CFLAGS, process.arch]))
  for (const folder of inputs) {
    const names = existsSync(join(root, folder)) ? readdirSync(join(root, folder)) : []
    for (const name of names.filter((name) => /\.[ch]$|^Makefile$/.test(name)).sort()) {
      hash.update(`${folder}/${name}\n`).update(readFileSync(join(root, folder, name)))
    }
  }
  return hash.digest("hex")
}

/** Path of the checked tarball in the user's cache. */
function fetchSource(say) {
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "dormouse")
  const file = join(cache, source.file)
  if (existsSync(file) && sha512(file) === source.sha512) return file

  say(`Fetching the XS engine's sources (${source.name}) ...`)
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(join(cache, "fetch-"))
  try {
    const npm = spawnSync("npm", ["pack", source.name, "--ignore-scripts", "--pack-destination", folder], {
      cwd: folder,
      encoding: "utf8",
      shell: process.platform === "win32",
    })
    const packed = join(folder, source.file)
    if (npm.status !== 0 || !existsSync(packed)) {
      const said = (npm.stderr || npm.error?.message || "").split("\n").find((line) => line.trim()) ?? "no message"
      fail(`Cannot fetch ${source.name} (${said}). Check the network and run the command again.`)
    }
    if (sha512(packed) !== source.sha512) {
      fail(`${source.name} is not what this version of Dormouse was made with: its SHA-512 differs. Nothing was built.`)
    }
    renameSync(packed, file)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return file
}

function unpackSource(tarball) {
  const done = join(out, "package", ".unpacked")
  if (existsSync(done) && readFileSync(done, "utf8") === source.sha512) return
  rmSync(join(out, "package"), { recursive: true, force: true })
  const tar = spawnSync("tar", ["-xzf", tarball, "package/moddable/xs"], { cwd: out, encoding: "utf8" })
  if (tar.status !== 0) fail(`Cannot unpack ${tarball}: ${tar.error?.message ?? tar.stderr.trim()}`)
  writeFileSync(done, source.sha512)
}

/** Ends with one sentence unless a C compiler and make are there. */
function checkTools(compiler) {
  const missing = [compiler, "make"].filter((tool) => {
    const [command, ...args] = tool.split(/\s+/)
    return spawnSync(command, [...args, "--version"], { stdio: "ignore" }).status !== 0
  })
  if (missing.length === 0) return
  const install = {
    darwin: 'run "xcode-select --install"',
    linux:
      "install them (Debian, Ubuntu: sudo apt install build-essential; Fedora: sudo dnf install gcc make; Alpine: apk add build-base)",
  }[process.platform]
  fail(
    install
      ? `Dormouse builds the XS engine with a C compiler and make, and ${missing.join(" and ")} cannot be run: ${install}, then run the command again.`
      : `Dormouse builds the XS engine with a C compiler and make, which it does on Linux and macOS only: on Windows, use WSL.`,
  )
}

function compile(compiler, say) {
  say("Building the XS engine (about half a minute, once) ...")
  const args = ["-f", makefile, `-j${availableParallelism()}`, `CC=${compiler}`]
  const make = spawnSync("make", args, { cwd: root, encoding: "utf8", maxBuffer: 1 << 28 })
  const text = `${make.stdout}${make.stderr}`
  writeFileSync(log, text)
  if (make.status === 0) return
  const errors = text.split("\n").filter((line) => /error|undefined|\*\*\*/i.test(line) && !line.startsWith(compiler))
  fail(`The XS engine does not compile:\n  ${errors.slice(0, 5).join("\n  ")}\nThe full log is in ${log}.`)
}

/** Builds `build/xs/dormouse-xs` unless it was made from exactly these sources. */
export async function buildXs({ quiet = false } = {}) {
  const say = quiet ? () => {} : (line) => console.error(line)
  const compiler = process.env.CC || "cc"
  const stampFile = join(out, "stamp")
  const stamp = stampOf(compiler)
  if (existsSync(binary) && existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp) return
  checkTools(compiler)
  mkdirSync(out, { recursive: true })
  unpackSource(fetchSource(say))
  compile(compiler, say)
  writeFileSync(stampFile, stamp)
}
