import { NFPROTO, hooks, type Chain } from '@cofferdam/netlink'
import { table } from './names.js'

const families: Record<number, string> = { [NFPROTO.INET]: 'inet', [NFPROTO.IPV4]: 'ip' }

/**
 * Warnings for other tables that drop forwarded packets unless their own rules accept them (Docker's does): an
 * accept of ours does not count there. Each names the rule that would help.
 */
export function foreignDropWarnings(chains: readonly Chain[], bridge: string): string[] {
  return chains
    .filter(
      (chain) =>
        chain.hook === hooks.forward &&
        chain.policy === 'drop' &&
        chain.table !== table.name &&
        families[chain.family] !== undefined,
    )
    .map((chain) => {
      const family = families[chain.family]
      const user = chains.find(
        (one) => one.family === chain.family && one.table === chain.table && one.name === 'DOCKER-USER',
      )
      const where = `${family} ${chain.table} ${user?.name ?? chain.name}`
      return (
        `nftables chain ${family} ${chain.table} ${chain.name} drops forwarded packets by its policy; to let the ` +
        `containers of ${bridge} through: nft insert rule ${where} iifname ${bridge} accept; ` +
        `nft insert rule ${where} oifname ${bridge} accept`
      )
    })
}
