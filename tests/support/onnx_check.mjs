// Runs each NAME.onnx of a folder in onnxruntime on NAME.input*.npy and compares the result with NAME.output.npy.
// node onnx_check.mjs FOLDER_WITH_node_modules FOLDER
import fs from "node:fs";
import path from "node:path";
import { createRequire } from "node:module";

const [, , modules, folder] = process.argv;
const ort = createRequire(path.join(modules, "x.js"))("onnxruntime-web");
ort.env.wasm.numThreads = 1;
ort.env.logLevel = "error";

function readNpy(file) {
	const bytes = fs.readFileSync(file);
	const length = bytes.readUInt16LE(8), header = bytes.toString("latin1", 10, 10 + length);
	const shape = header.match(/'shape': \(([^)]*)\)/)[1].split(",").map((s) => s.trim()).filter(Boolean).map(Number);
	const data = bytes.buffer.slice(bytes.byteOffset + 10 + length, bytes.byteOffset + bytes.length);
	return header.includes("<i4") ? new ort.Tensor("int32", new Int32Array(data), shape)
		: new ort.Tensor("float32", new Float32Array(data), shape);
}

let failed = 0;
for (const file of fs.readdirSync(folder).filter((f) => f.endsWith(".onnx")).sort()) {
	const name = file.slice(0, -5), at = (what) => path.join(folder, `${name}.${what}.npy`);
	try {
		const session = await ort.InferenceSession.create(fs.readFileSync(path.join(folder, file)));
		const feeds = { input: readNpy(at("input")) };
		if (fs.existsSync(at("input2"))) feeds.input2 = readNpy(at("input2"));
		const got = (await session.run(feeds)).output, want = readNpy(at("output"));
		let worst = String(got.dims) === String(want.dims) ? 0 : Infinity, largest = 1e-6;
		for (let i = 0; i < want.data.length; i++) {
			const off = Math.abs(got.data[i] - want.data[i]);
			worst = Number.isNaN(off) ? Infinity : Math.max(worst, off);
			largest = Math.max(largest, Math.abs(want.data[i]));
		}
		const good = worst <= 1e-4 * Math.max(1, largest);
		console.log(`${good ? "ok  " : "FAIL"} ${name} [${got.dims}] differs by ${worst.toExponential(1)}`);
		failed += good ? 0 : 1;
	} catch (error) {
		console.log(`FAIL ${name}: ${error.message.slice(0, 300)}`);
		failed++;
	}
}
process.exit(failed ? 1 : 0);
