using System.Globalization;
using Unroll;
using Unroll.Cluster;
using Unroll.Cluster.Worker;

// worker CONNECTION INSTANCE SLOTS CHECK-IN GRACE: a worker with made pieces; it says in lines what a worker says, and ends at SIGTERM.
switch (args)
{
    case ["worker", string connection, string name, string slots, string checkIn, string grace, .. string[] more]:
        using (var end = new CancellationTokenSource())
        {
            void End(System.Runtime.InteropServices.PosixSignalContext context)
            {
                context.Cancel = true;
                end.Cancel();
            }

            using var term = System.Runtime.InteropServices.PosixSignalRegistration.Create(System.Runtime.InteropServices.PosixSignal.SIGTERM, End);
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
    default:
        Console.Error.WriteLine("worker CONNECTION INSTANCE SLOTS CHECK-IN GRACE [FOLDER] [LOG]");
        return 1;
}

static TimeSpan Seconds(string text) => TimeSpan.FromSeconds(double.Parse(text, CultureInfo.InvariantCulture));
