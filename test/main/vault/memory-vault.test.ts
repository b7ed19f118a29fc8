import { describeVault } from '../../contract/vault'
import { createMemoryVault } from '../../helpers/memory-vault'

describeVault('memory', () => createMemoryVault())
