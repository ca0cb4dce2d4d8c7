import { startAzurite } from './azurite.ts'
import { bucketUploadTests } from './bucket-uploads.ts'

bucketUploadTests(startAzurite(), { multipart: false })
