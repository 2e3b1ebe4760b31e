import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { encryptedProject } from "../encrypted.js"
import { agree, BOARDS, buildCommand, imageArguments, missingForBuild, planOf } from "../plan.js"

describe("arguments", () => {
  test("a build for a board, over a port", () => {
    expect(planOf(["--board", "esp32c6", "--port", "/dev/ttyACM0"])).toEqual({
      ...{ kind: "build", board: "esp32c6", port: "/dev/ttyACM0" },
      ...{ baud: 460_800, console: true, buildOnly: false, firmware: "dormouse" },
    })
    const encrypted = ["--board", "esp32c6", "--build-only", "--encrypt"]
    expect(planOf([...encrypted, "development"])).toMatchObject({ encrypt: "development" })
    expect(planOf([...encrypted, "release", "--irrevocable"])).toMatchObject({ encrypt: "release" })
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
    [
      ["--board", "esp32", "--port", "x", "--encrypt", "maybe"],
      /--encrypt maybe is not known: give one of development/,
    ],
    [["--board", "esp32", "--port", "x", "--encrypt", "release"], /say so with --irrevocable/],
    [["--board", "esp32", "--port", "x", "--irrevocable"], /belongs to --encrypt release/],
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

describe("a board that encrypts its flash", () => {
  const root = new URL("../../..", import.meta.url).pathname
  const lines = (text: string) => text.split("\n").filter((line) => line && !line.startsWith("#"))

  test.each(Object.keys(BOARDS))("%s: the same firmware with another partition table and more options", (board) => {
    for (const encrypt of ["development", "release"] as const) {
      const plan = { board, firmware: "dormouse", encrypt }
      const { args, folder, project } = buildCommand(plan, "out")
      expect(project).toBe(`out/encrypted/${board}/dormouse-${encrypt}`)
      expect([args.at(-1), folder.split("/").at(-1)]).toEqual([`${project}/manifest.json`, `dormouse-${encrypt}`])
      const files = encryptedProject(plan, root)
      expect(JSON.parse(files["manifest.json"]).include).toEqual([join(root, "manifest.json"), "./encrypted.json"])
      const { build, platforms } = JSON.parse(files["encrypted.json"])
      expect(readFileSync(build.PARTITIONS_FILE, "utf8")).toContain("encrypted")
      expect(platforms[BOARDS[board as keyof typeof BOARDS].platform].build.SDKCONFIGPATH).toBe("./")
      const plain = lines(
        readFileSync(join(root, `src/device/targets/esp32/sdkconfig/${board}/sdkconfig.defaults`), "utf8"),
      )
      const options = lines(files["sdkconfig.defaults"])
      expect(options.slice(0, plain.length)).toEqual(plain)
      expect(options.slice(plain.length)).toEqual([
        `CONFIG_SECURE_FLASH_ENCRYPTION_MODE_${encrypt.toUpperCase()}=y`,
        "CONFIG_SECURE_FLASH_ENC_ENABLED=y",
        "CONFIG_SECURE_FLASH_CHECK_ENC_EN_IN_APP=y",
        "CONFIG_NVS_ENCRYPTION=y",
        "CONFIG_NVS_SEC_KEY_PROTECT_USING_FLASH_ENC=y",
        "CONFIG_PARTITION_TABLE_OFFSET=0xD000",
      ])
    }
  })

  test("its partition table covers what is the device's, holds keys for the SDK's NVS, and is otherwise the plain one", () => {
    const rows = (file: string) =>
      lines(readFileSync(join(root, "src/device/targets/esp32", file), "utf8")).map((line) =>
        line.split(",").map((cell) => cell.trim()),
      )
    const [plain, encrypted] = [rows("partitions.csv"), rows("encrypted/partitions.csv")]
    const flagged = encrypted.filter(([, , , , , flags]) => flags).map(([name, , , , , flags]) => [name, flags])
    expect(flagged).toEqual([
      ["nvs_keys", "encrypted"],
      ["dormouse", "encrypted"],
    ])
    const kinds = (table: string[][]) => table.map(([name, type, subtype, , size]) => [name, type, subtype, size])
    expect(kinds(encrypted).filter(([name]) => name !== "nvs_keys")).toEqual(kinds(plain))
    for (const name of ["ota_0", "ota_1", "dormouse"])
      expect(encrypted.find(([of]) => of === name)![3]).toBe(plain.find(([of]) => of === name)![3])
    let free = 0xe000
    for (const [, , , offset, size] of encrypted) {
      expect(Number(offset)).toBeGreaterThanOrEqual(free)
      free = Number(offset) + Number(size)
    }
    expect(free).toBeLessThanOrEqual(0x400000)
  })

  test("an image that burns fuses is not written by mistake, nor another in its place", () => {
    const encrypt = "development"
    expect(() => agree({ encrypt: undefined }, { encrypts: true })).toThrow(
      /burns fuses, for good: nothing was written/,
    )
    expect(() => agree({ encrypt }, { encrypts: false })).toThrow(/this image encrypts nothing/)
    agree({ encrypt }, { encrypts: true })
    agree({ encrypt: undefined }, { encrypts: false })
    expect(imageArguments({ encrypt: "release" }, "out")).toBe(
      "--image out --port PORT --encrypt release --irrevocable",
    )
  })
})
