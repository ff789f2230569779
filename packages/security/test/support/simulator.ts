/** struct seccomp_data (linux/seccomp.h). */
export interface SeccompData {
  readonly nr: number
  readonly arch: number
  readonly args: readonly bigint[]
}

/** The words of struct seccomp_data as a little-endian kernel shows them to a filter. */
export function words({ nr, arch, args }: SeccompData): Uint32Array {
  const data = new Uint32Array(16)
  data[0] = nr
  data[1] = arch
  for (const [index, arg] of args.entries()) {
    data[4 + index * 2] = Number(arg & 0xffffffffn)
    data[5 + index * 2] = Number(arg >> 32n)
  }
  return data
}

/**
 * Runs a classic BPF program as the kernel does and returns its verdict. Refuses what the kernel's checkers
 * (bpf_check_classic, seccomp_check_filter) refuse: unknown codes, jumps past the end, loads outside the data.
 */
export function simulate(filter: Uint8Array, data: SeccompData | Uint32Array): number {
  const view = new DataView(filter.buffer, filter.byteOffset, filter.byteLength)
  const memory = data instanceof Uint32Array ? data : words(data)
  const length = filter.byteLength / 8
  let a = 0
  let x = 0
  const scratch = new Uint32Array(16)
  for (let pc = 0; pc < length; pc++) {
    const code = view.getUint16(pc * 8, true)
    const k = view.getUint32(pc * 8 + 4, true)
    const jump = (taken: boolean) => (pc += view.getUint8(pc * 8 + (taken ? 2 : 3)))
    switch (code) {
      case 0x20:
        if (k % 4 !== 0 || k > 60) throw new Error(`instruction ${pc}: load outside the data: ${k}`)
        a = memory[k / 4] as number
        break
      case 0x00:
        a = k
        break
      case 0x01:
        x = k
        break
      case 0x02:
        scratch[k] = a
        break
      case 0x60:
        a = scratch[k] as number
        break
      case 0x07:
        x = a
        break
      case 0x87:
        a = x
        break
      case 0x54:
        a = (a & k) >>> 0
        break
      case 0x05:
        pc += k
        break
      case 0x15:
        jump(a === k)
        break
      case 0x25:
        jump(a > k)
        break
      case 0x35:
        jump(a >= k)
        break
      case 0x45:
        jump((a & k) !== 0)
        break
      case 0x06:
        return k
      default:
        throw new Error(`instruction ${pc}: unknown code ${code}`)
    }
  }
  throw new Error('the program runs past its end')
}
