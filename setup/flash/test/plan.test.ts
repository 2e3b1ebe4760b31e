import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { BOARDS, buildCommand, missingForBuild, planOf } from "../plan.js"

describe("arguments", () => {
  test("a build for a board, over a port", () => {
    expect(planOf(["--board", "esp32c6", "--port", "/dev/ttyACM0"])).toEqual({
      ...{ kind: "build", board: "esp32c6", port: "/dev/ttyACM0" },
      ...{ baud: 460_800, console: true, buildOnly: false, firmware: "dormouse" },
    })
    expect(planOf(["--board=esp32", "--build-only"])).toMatchObject({ kind: "build", buildOnly: true })
  })

  test("an image over a port", () => {
    const plan = planOf(["--image", "a.bin", "--port", "COM3", "--baud", "115200", "--no-console"])
    expect(plan).toEqual({
      kind: "image",
      image: "a.bin",
      port: "COM3",
      baud: 115_200,
      board: undefined,
      console: false,
    })
  })

  test("nothing asks for help", () => {
    expect(planOf([])).toEqual({ kind: "help" })
    expect(planOf(["--help"])).toEqual({ kind: "help" })
  })

  test.each([
    [["--board", "esp8266", "--port", "x"], /esp8266 is not known: give one of esp32, esp32c3/],
    [["--board", "toString", "--port", "x"], /is not known/],
    [["--board", "esp32c6"], /Give --port, or --build-only/],
    [["--port", "x"], /Give --board .* or --image/],
    [["--image", "a.bin"], /give --port/],
    [["--image", "a.bin", "--port", "x", "--build-only"], /built already/],
    [["--board"], /--board needs a value/],
    [["--board", "--port"], /--board needs a value/],
    [["--baud", "fast", "--image", "a", "--port", "x"], /--baud fast is no rate/],
    [["--board", "esp32", "--port", "x", "--firmware", "my"], /--firmware my is not known/],
    [["esp32c6"], /"esp32c6" is not understood/],
    [["--image", "a", "--port", "x", "--verbose"], /"--verbose" is not understood/],
  ])("%j is refused with what to do", (args, message) => {
    expect(() => planOf(args)).toThrow(message)
  })
})

test("what is missing for a build is named one by one, with the remedy", () => {
  const env = { MODDABLE: "/sdk", IDF_PATH: "/idf" }
  const all = () => true
  expect(missingForBuild({}, all)).toMatch("npx xs-dev setup`")
  expect(missingForBuild({ MODDABLE: "/sdk" }, () => false)).toMatch("mcconfig")
  expect(missingForBuild({ MODDABLE: "/sdk" }, all)).toMatch("npx xs-dev setup --device esp32")
  expect(missingForBuild(env, (program: string) => program !== "idf.py")).toMatch("export.sh")
  expect(missingForBuild(env, all)).toBe(undefined)
})

test("the build is the SDK's, for the board's platform, of the project's manifest", () => {
  const manifest = JSON.parse(
    readFileSync(new URL("../../../src/device/targets/esp32/manifest.json", import.meta.url), "utf8"),
  )
  for (const [board, { platform }] of Object.entries(BOARDS)) {
    const { command, args, folder } = buildCommand({ board, firmware: "dormouse" }, "out")
    expect([command, ...args].join(" ")).toBe(`mcconfig -m -p ${platform} -t build -o out manifest.json`)
    expect(folder).toBe(`out/bin/${platform}/release/dormouse`)
    expect(Object.keys(manifest.platforms)).toContain(platform)
  }
  const { args, folder } = buildCommand({ board: "esp32c6", firmware: "hw-tests" }, "out")
  expect([args.at(-1), folder]).toEqual(["hw-tests/agent/manifest.json", "out/bin/esp32/esp32c6/release/hw-tests"])
})
