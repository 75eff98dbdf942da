// Before the rest is loaded: from then on stack traces name the sources, not the bundle.
process.setSourceMapsEnabled(true);
const { runProgram } = await import('./cli/program.js');
process.exit(await runProgram());
