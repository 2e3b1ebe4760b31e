/** The esp32 project through the SDK's own `mcconfig`, up to the makefile: what it makes of our options and partitions. */
import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { expect, onTestFinished, test } from "vitest"
import { hasSdk, root, sdkVersion, tools } from "../../../src/device/targets/lin/test/build.ts"
import { encryptedProject } from "../encrypted.js"
import { BOARDS, buildCommand } from "../plan.js"

const suffix = hasSdk ? ` (SDK ${sdkVersion()})` : " (needs MODDABLE, a Moddable SDK with its Linux tools)"
const cases = Object.keys(BOARDS).flatMap((board) =>
  [undefined, "development", "release"].map((encrypt) => ({ firmware: "dormouse", board, encrypt })),
)

test.skipIf(!hasSdk).each(cases)(`the firmware for $board, encryption $encrypt${suffix}`, (plan) => {
  const output = mkdtempSync(join(tmpdir(), "dormouse-mcconfig-"))
  onTestFinished(() => rmSync(output, { recursive: true }))
  const { args, folder, project } = buildCommand(plan, output)
  if (project) {
    mkdirSync(project, { recursive: true })
    for (const [name, text] of Object.entries(encryptedProject(plan, root))) writeFileSync(join(project, name), text)
  }
  const PATH = [tools, join(root, "node_modules/.bin"), process.env.PATH].join(delimiter)
  // Without -m no makefile is run: that takes ESP-IDF.
  execFileSync("mcconfig", args.slice(1), { cwd: root, env: { ...process.env, PATH }, stdio: "pipe" })
  expect(existsSync(folder)).toBe(true)

  const made = join(folder.replace("/bin/", "/tmp/"), `xsProj-${plan.board}`)
  const own = join(root, "src/device/targets/esp32", plan.encrypt ? "encrypted/partitions.csv" : "partitions.csv")
  expect(readFileSync(join(made, "partitions.csv"), "utf8")).toBe(readFileSync(own, "utf8"))
  // What is off it writes either way.
  const options = readFileSync(join(made, "sdkconfig.mc"), "utf8").replaceAll("=n\n", "=\n").split("\n")
  const wanted = encryptedProject({ ...plan, encrypt: plan.encrypt ?? "release" }, root)["sdkconfig.defaults"].split(
    "\n",
  )
  for (const option of wanted.filter((line) => line.startsWith("CONFIG_"))) {
    const expected = plan.encrypt !== undefined || !/SECURE_FLASH|NVS|TABLE_OFFSET/.test(option)
    expect(options.includes(option.replace(/=n$/, "=")), option).toBe(expected)
  }
})
