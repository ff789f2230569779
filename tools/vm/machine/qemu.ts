import type { BaseImage } from '../image/base.ts'

/** What one machine is made of. */
export interface MachineImages {
  readonly base: BaseImage
  readonly checkout: string
  readonly modules: string
}

const disks = ({ base, checkout, modules }: MachineImages): string[] =>
  [base.root, checkout, modules].flatMap((file, index) => [
    '-drive',
    `if=none,id=disk${index},file=${file},format=raw,snapshot=on,cache=unsafe`,
    '-device',
    `nvme-ns,drive=disk${index},bus=nvme,nsid=${index + 1}`,
  ])

const ports = (folder: string, names: readonly string[]): string[] =>
  names.flatMap((name) => [
    '-chardev',
    `socket,id=${name},path=${folder}/${name}`,
    '-device',
    `virtserialport,bus=ports.0,chardev=${name},name=${name}`,
  ])

/** Ports of the machine, each a UNIX socket in the machine's folder that the host listens on. */
export const portNames = ['control', 'stdout', 'stderr', 'result'] as const

/** How large a machine is. */
export interface MachineSize {
  /** MiB; 3072 when absent. */
  readonly memory?: number
  /** 2 when absent. */
  readonly processors?: number
}

/** Arguments of qemu-system-x86_64: processors without KVM, three disks whose changes are thrown away. */
export function qemuArguments(
  images: MachineImages,
  folder: string,
  { memory = 3072, processors = 2 }: MachineSize = {},
): string[] {
  const kernel = [
    'root=/dev/nvme0n1 rw rootwait console=ttyS0 quiet loglevel=4 panic=-1',
    // Emulated, a retpoline is far slower than a jump, and page tables of five levels than of four.
    'mitigations=off no5lvl nokaslr audit=0 systemd.show_status=false',
  ]
  return [
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot'],
    ...[
      '-machine',
      'q35',
      '-accel',
      'tcg,thread=multi,tb-size=512',
      '-cpu',
      'max',
      '-smp',
      `${processors}`,
      '-m',
      `${memory}`,
    ],
    ...['-kernel', images.base.kernel, '-append', kernel.join(' ')],
    ...['-serial', `file:${folder}/console`],
    ...['-device', 'virtio-rng-pci', '-device', 'virtio-serial-pci,id=ports'],
    ...ports(folder, portNames),
    ...['-device', 'nvme,id=nvme,serial=cofferdam'],
    ...disks(images),
  ]
}
