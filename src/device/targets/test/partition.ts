/** esp32/flash.c itself, compiled for this machine, over an emulation of a partition that ESP-IDF encrypts or does not. */
import { execFileSync } from "node:child_process"
import { createCipheriv, createDecipheriv } from "node:crypto"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { PowerCut, TestFlash } from "../../test/test-board.ts"

const targets = fileURLToPath(new URL("..", import.meta.url))
const FLAGS = "-std=gnu17 -O1 -Wall -Wextra -Werror -shared -fPIC -DSTUB_CHIP=ESP32C6".split(" ")
const BLOCK = 16
const ESP_ERR_INVALID_ARG = 0x102
const ESP_ERR_INVALID_SIZE = 0x104
const KEY = Buffer.from("0f1e2d3c4b5a69788796a5b4c3d2e1f0", "hex")

interface Port {
  open(partition: Partition): number
  read(partition: Partition, offset: number, length: number): Uint8Array
  write(partition: Partition, offset: number, bytes: Uint8Array): void
  erase(partition: Partition, offset: number, length: number): void
}

function compilePort(...flags: string[]): Port {
  const folder = mkdtempSync(join(tmpdir(), "dormouse-flash-c-"))
  const output = join(folder, "flash.node")
  const includes = ["test/on-node", "esp32/stubs", "native"].flatMap((path) => ["-I", join(targets, path)])
  const undefinedSymbols = process.platform === "darwin" ? ["-undefined", "dynamic_lookup"] : []
  const sources = ["esp32/flash.c", "test/on-node/flash.c"].map((path) => join(targets, path))
  execFileSync(process.env.CC || "cc", [...FLAGS, ...flags, ...undefinedSymbols, ...includes, ...sources, "-o", output])
  const module = { exports: {} }
  process.dlopen(module, output)
  rmSync(folder, { recursive: true })
  return module.exports as Port
}

const port = compilePort()

/** What a build with flash encryption makes of a partition; throws. */
export function openSecured(partition: Partition): number {
  return compilePort("-DCONFIG_SECURE_FLASH_ENC_ENABLED=1").open(partition)
}

/**
 * `bytes` is what stands in the flash chip. Methods `esp...` are ESP-IDF's, with its errors; what real flash would let
 * pass, and spoil, is counted in `violations`.
 */
export class Partition extends TestFlash {
  readonly encrypted: boolean
  static violations = 0

  constructor(sectors: number, encrypted = true) {
    super(sectors)
    this.encrypted = encrypted
    if (port.open(this) !== this.size) throw new Error("the partition opens with another size")
  }

  override read(offset: number, length: number): Uint8Array {
    return port.read(this, offset, length)
  }

  override write(offset: number, data: Uint8Array): void {
    this.onWrite?.(offset, data)
    port.write(this, offset, data)
  }

  override erase(offset: number, length: number): void {
    port.erase(this, offset, length)
  }

  /** What the boot loader does once: all that stands there, erased or not, becomes ciphertext. */
  encryptInPlace(): void {
    this.bytes.set(cipher(this.bytes, 0, "encrypt"))
  }

  espRead(offset: number, to: Uint8Array): number {
    to.set(super.read(offset, to.length))
    if (!this.encrypted) return 0
    // Through the cache any range can be read; what decrypts is the blocks around it.
    const start = offset - (offset % BLOCK)
    const end = Math.ceil((offset + to.length) / BLOCK) * BLOCK
    const plain = cipher(this.bytes.subarray(start, end), start, "decrypt")
    to.set(plain.subarray(offset - start, offset - start + to.length))
    return 0
  }

  espReadRaw(offset: number, to: Uint8Array): number {
    to.set(super.read(offset, to.length))
    return 0
  }

  espWrite(offset: number, bytes: Uint8Array): number {
    if (this.dead) throw new PowerCut()
    if (this.encrypted && offset % BLOCK) return ESP_ERR_INVALID_ARG
    if (this.encrypted && bytes.length % BLOCK) return ESP_ERR_INVALID_SIZE
    const before = this.bytes.subarray(offset, offset + bytes.length)
    if (this.encrypted && before.some((byte) => byte !== 0xff)) Partition.violations++
    const { onWrite } = this
    this.onWrite = undefined
    try {
      super.write(offset, this.encrypted ? cipher(bytes, offset, "encrypt") : bytes)
    } finally {
      this.onWrite = onWrite
    }
    return 0
  }

  espErase(offset: number, size: number): number {
    super.erase(offset, size)
    return 0
  }
}

/** One for each byte of a partition: to AES by blocks they are what the address is to XTS. */
const TWEAKS = new Uint8Array(65_536).map((_, i) => Math.imul((i >> 4) + 1, 0x9e3779b1) >>> (8 + (i % BLOCK)))

function cipher(bytes: Uint8Array, address: number, direction: "encrypt" | "decrypt"): Uint8Array {
  const make = direction === "encrypt" ? createCipheriv : createDecipheriv
  return tweaked(make("aes-128-ecb", KEY, null).setAutoPadding(false).update(tweaked(bytes, address)), address)
}

function tweaked(bytes: Uint8Array, address: number): Uint8Array {
  const out = new Uint8Array(bytes.length)
  for (let i = 0; i < out.length; i++) out[i] = bytes[i]! ^ TWEAKS[address + i]!
  return out
}
