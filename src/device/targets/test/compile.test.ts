/**
 * Every C file of the boards compiles without a warning: for each chip, against the declarations in esp32/stubs, by this
 * machine's compiler, and by Debian's for the RISC-V cores of C3 and C6. No ESP-IDF and no board takes part.
 */
import { execFileSync } from "node:child_process"
import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, test } from "vitest"
import { testWith } from "../../../../as/test/tools.ts"

const root = fileURLToPath(new URL("../../../..", import.meta.url))
const targets = "src/device/targets"
const GCC = "riscv64-unknown-elf-gcc"
const chips = ["ESP32", "ESP32S3", "ESP32C3", "ESP32C6"]
const cores: Record<string, string> = { ESP32C3: "rv32imc", ESP32C6: "rv32imac" }
const files = globSync([`${targets}/esp32/*.c`, `${targets}/native/*.c`], { cwd: root }).sort()
/** The others know no chip from the next: one of each core will do. */
const differing = files.filter((file) => readFileSync(join(root, file), "utf8").includes("soc/soc_caps.h"))
const filesFor = (chip: string, whole: string) => (chip === whole ? files : differing)
const strict = ["-std=gnu17", "-O2", "-Wall", "-Wextra", "-Werror"]
const xs = "build/xs/package/moddable/xs"
const includes = [
  ...[`${xs}/includes`, `${xs}/platforms`].flatMap((path) => ["-isystem", path]),
  ...[`${targets}/esp32/stubs`, `${targets}/native`, "as/c"].flatMap((path) => ["-I", path]),
]

/** What the compiler says of the file; empty where it has nothing to say. */
function compile(compiler: string, flags: string[], chip: string, file: string): string {
  const output = process.platform === "win32" ? "NUL" : "/dev/null"
  try {
    execFileSync(compiler, [...flags, ...strict, ...includes, `-DSTUB_CHIP=${chip}`, "-c", file, "-o", output], {
      cwd: root,
      stdio: ["ignore", "ignore", "pipe"],
    })
    return ""
  } catch (error) {
    return String((error as { stderr?: Buffer }).stderr ?? error)
  }
}

describe("C of the boards", () => {
  test("is there", () => expect([files.length, differing.length]).toEqual([10, 2]))

  test.each(chips)("compiles for %s with this machine's compiler", (chip) => {
    const compiler = process.env.CC || "cc"
    for (const file of filesFor(chip, "ESP32")) expect(compile(compiler, [], chip, file), file).toBe("")
  })

  const [testRiscv, flags] = [testWith([GCC]), ["-mabi=ilp32", "-misa-spec=2.2", "--specs=picolibc.specs"]]
  for (const [chip, core] of Object.entries(cores))
    testRiscv(`compiles for ${chip} (${core}) with Debian's RISC-V compiler`, () => {
      for (const file of filesFor(chip, "ESP32C3"))
        expect(compile(GCC, [...flags, `-march=${core}`], chip, file), file).toBe("")
    })

  test("a mistake would be seen", () => {
    const wrong = join(targets, "esp32", "flash.c")
    expect(compile("cc", ["-Dpartition=unknown->partition"], "ESP32C6", wrong)).not.toBe("")
  })
})

test("every native function that the script names is in the C, and the other way round", () => {
  const named = (pattern: string, expression: RegExp) =>
    globSync(pattern, { cwd: root }).flatMap((file) =>
      [...readFileSync(join(root, file), "utf8").matchAll(expression)].map((match) => match[1]!),
    )
  for (const folder of ["esp32", "native", "lin"]) {
    const script = named(`${targets}/${folder}/*.ts`, /native<.+>\(\s*"(xs_dormouse_\w+)"/g)
    const native = named(`${targets}/${folder}/*.c`, /^void (xs_dormouse_\w+)\(/gm)
    expect(script.sort()).toEqual([...new Set(native)].sort())
  }
})

test("every chip has the same defaults, but for those that only some have", () => {
  const lines = (chip: string) =>
    readFileSync(join(root, targets, "esp32/sdkconfig", chip, "sdkconfig.defaults"), "utf8")
      .trim()
      .split("\n")
  const common = lines("esp32c3")
  for (const chip of ["esp32", "esp32s3", "esp32c6"]) expect(lines(chip).slice(0, common.length)).toEqual(common)
})
