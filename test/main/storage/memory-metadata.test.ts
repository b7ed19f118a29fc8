import { describeMetadata } from '../../contract/metadata'
import { createMemoryMetadata } from '../../helpers/memory-metadata'

describeMetadata('memory', createMemoryMetadata)
