using AgentOrchestration.KillLoop;

// work FOLDER: accepts goals and works on them until it is killed. check FOLDER: finishes what is there and compares it with the ledgers.
if (args is [("work" or "check") and var mode, var folder])
{
    return await Workload.RunAsync(folder, mode == "check");
}

Console.Error.WriteLine("Usage: (work | check) FOLDER");
return 2;
