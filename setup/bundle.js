// Bundles the device code for XS: one script, at a language level that all its engines run.
import { mkdir } from "node:fs/promises"
import { join } from "node:path"
import { root } from "./node.js"

<<<<<<< HEAD
/** Writes build/device/device.js and those of other links (simulator/xs/bundle.ts); esbuild takes milliseconds, so it is made anew each time. */
export async function buildBundle() {
=======
/** Writes a bundle, build/device/device.js by default; esbuild takes milliseconds, so it is made anew each time. */
export async function buildBundle({ entry = "simulator/xs/device/main.ts", out = "build/device/device.js" } = {}) {
>>>>>>> 6a189f8 (hw-tests: one interface for simulated, emulated and real boards; suites, rigs, test firmware; the simulator passes them)
  const { build } = await import("esbuild")
  await mkdir(join(root, "build/device"), { recursive: true })
  await build({
    absWorkingDir: root,
<<<<<<< HEAD
    entryPoints: [
      { in: "simulator/xs/device/main.ts", out: "device" },
      { in: "simulator/xs/device/main-serial.ts", out: "device-serial" },
    ],
    outdir: "build/device",
=======
    entryPoints: [entry],
    outfile: out,
>>>>>>> 6a189f8 (hw-tests: one interface for simulated, emulated and real boards; suites, rigs, test firmware; the simulator passes them)
    bundle: true,
    format: "iife",
    target: "es2022",
    platform: "neutral",
    minify: true,
    // simulator/xs/README.md, "One wake, one machine"
    banner: { js: '"use preload";' },
    legalComments: "none",
    logLevel: "warning",
  })
}
