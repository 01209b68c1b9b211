using System.Globalization;
using System.Runtime.InteropServices;
using Unroll;
using Unroll.Cluster;
using Unroll.Cluster.Worker;

// worker CONNECTION INSTANCE SLOTS CHECK-IN GRACE: a worker with made pieces; it says in lines what a worker says, and ends at SIGTERM.
// full: the long form of the test with killed workers, some minutes. disk: a database whose disk is full, as root.
switch (args)
{
    case ["worker", string connection, string name, string slots, string checkIn, string grace, .. string[] more]:
        using (var end = new CancellationTokenSource())
        {
            void End(PosixSignalContext context)
            {
                context.Cancel = true;
                end.Cancel();
            }

            using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
            var options = new WorkerOptions
            {
                Connection = connection,
                Slots = int.Parse(slots, CultureInfo.InvariantCulture),
                BlobFolder = more.ElementAtOrDefault(0),
                LogFile = more.ElementAtOrDefault(1),
                Say = Console.WriteLine,
                Pace = EnginePace.Usual with { CheckIn = Seconds(checkIn), Grace = Seconds(grace), Look = TimeSpan.FromSeconds(1) },
            };
            await new ClusterWorker(options, new MadeWork(name)).RunAsync(end.Token);
        }

        return 0;
    case ["full", .. string[] more]:
        return await FullForm.RunAsync(
            int.Parse(more.ElementAtOrDefault(0) ?? "1", CultureInfo.InvariantCulture),
            int.Parse(more.ElementAtOrDefault(1) ?? "300", CultureInfo.InvariantCulture),
            double.Parse(more.ElementAtOrDefault(2) ?? "2", CultureInfo.InvariantCulture)) ? 0 : 1;
    case ["disk"]:
        return await FullDisk.RunAsync() ? 0 : 1;
    default:
        Console.Error.WriteLine("worker CONNECTION INSTANCE SLOTS CHECK-IN GRACE [FOLDER] [LOG] | full [SEED] [PIECES] [SECONDS] | disk");
        return 1;
}

static TimeSpan Seconds(string text) => TimeSpan.FromSeconds(double.Parse(text, CultureInfo.InvariantCulture));
