// Bundles the device code for XS: one script, at a language level that all its engines run.
import { mkdir } from "node:fs/promises"
import { join } from "node:path"
import { root } from "./node.js"

/** Writes build/device/device.js and those of other links (simulator/xs/bundle.ts); esbuild takes milliseconds, so it is made anew each time. */
export async function buildBundle() {
  await bundle({
    device: "simulator/xs/device/main.ts",
    "device-serial": "simulator/xs/device/main-serial.ts",
  })
}

/** `entries`: names in build/device, and what they are made of. */
export async function bundle(entries) {
  const { build } = await import("esbuild")
  await mkdir(join(root, "build/device"), { recursive: true })
  await build({
    absWorkingDir: root,
    entryPoints: entries,
    outdir: "build/device",
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
