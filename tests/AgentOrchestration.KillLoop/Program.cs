using AgentOrchestration.KillLoop;

// work FOLDER: accepts goals and works on them until it is killed. check FOLDER: finishes what is there and compares it with the ledgers.
return args is [("work" or "check") and var mode, var folder] ? await Workload.RunAsync(folder, mode == "check") : throw new ArgumentException("Usage: (work | check) FOLDER");
