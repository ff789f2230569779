import type { Container } from '@cofferdam/engine'

// The container sees its own part of each hierarchy: v1 has a folder for each controller, v2 one for all.
const script = `
first() { for file; do [ ! -r "$file" ] || { cat "$file"; return; }; done; echo 'not limited'; }
cd /sys/fs/cgroup
echo "process 1|$(tr '\\0' ' ' </proc/1/cmdline)"
echo "user|$(id)"
echo "host name|$(hostname)"
echo "address|$(ip -4 -o addr show dev eth0 | awk '{ print $4 }')"
echo "route|$(ip -4 route show default)"
echo "processes|$(ls -d /proc/[0-9]* | wc -l)"
echo "memory limit|$(first memory/memory.limit_in_bytes memory.max) bytes"
echo "cpu limit|$(first cpu/cpu.cfs_quota_us cpu,cpuacct/cpu.cfs_quota_us cpu.max) of 100000 microseconds"
echo "process limit|$(first pids/pids.max pids.max)"
`

/** What a container finds when it looks at itself. */
export async function ownView(container: Container): Promise<string> {
  const { stdout } = await container.exec(['sh', '-c', script])
  const rows = stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split('|'))
  return rows.map(([name = '', value = '']) => `  ${name.padEnd(14)} ${value.trim()}`).join('\n')
}
