using System.Globalization;
using System.Reflection;
using System.Runtime.Loader;
using System.Text;

namespace Unroll.Benchmarks;

/// <summary>
/// Two builds of Unroll.dll in one process, each with a driver of its own beside it: is the new one as fast as the old one everywhere, and
/// does it train to the same bits?
/// </summary>
internal static class VersionsBenchmark
{
    private const string DriverName = "Unroll.Benchmarks.Driver";

    /// <summary>Short and many runs: on a machine with other work some are then undisturbed.</summary>
    private const double RunSeconds = 0.003;

    /// <summary>Models of a row and build.</summary>
    private const int Models = 3;

    private sealed record Row(string Task, string Cell, string Shape, SideBySide[] Pairs)
    {
        /// <summary>The pair in the middle: where a model's memory happens to lie makes up to a third of its time.</summary>
        public SideBySide Timing => Pairs.OrderBy(pair => pair.Ratio).ElementAt(Pairs.Length / 2);
    }

    /// <summary>Measures, writes the table to the results, and prints it.</summary>
    /// <param name="old">The folder of the old Unroll.dll.</param>
    /// <param name="new">That of the new one.</param>
    /// <param name="threads">Threads of each.</param>
    /// <param name="runs">Runs a row of each.</param>
    /// <param name="only">Rows whose names have this in them; null: all.</param>
    /// <param name="command">The verb and its options, without folders.</param>
    public static void Run(string old, string @new, int threads, int runs, string? only, string command)
    {
        var page = new Page(command);
        Build before = new(old), after = new(@new);
        string[] networks = after.Networks();
        string[] unequal = [.. networks.Where(network => !before.Trained(network).AsSpan().SequenceEqual(after.Trained(network)))];
        var rows = new List<Row>();
        foreach (string cell in (string[])["simple-rnn", "lstm", "gru"])
        {
            Train(cell, 125, 32, 32, 60, 1);
            Predict(cell, 125, 64, 60, 1);
            Predict(cell, 125, 1, 60, 1);
            foreach (int units in (int[])[16, 64, 256])
            {
                foreach (int batch in (int[])[1, 32])
                {
                    Train(cell, units, batch == 1 ? 4 : 32, batch, 20, 8);
                    Predict(cell, units, batch, 20, 8);
                }
            }
        }

        for (int run = 0; run < runs; run++)
        {
            foreach (Row row in rows)
                Array.ForEach(row.Pairs, pair => pair.RunPair());
            if (run % 10 == 9)
                Console.Error.WriteLine($"Run {run + 1} of {runs}");
        }

        string table = Table(page, rows, networks, unequal);
        Results.Write(Results.OfMachine("versions"), table);
        Console.WriteLine(table);

        void Train(string cell, int units, int count, int batch, int steps, int features) => Add(
            "train", cell, Shape(units, batch, steps, features),
            build => build.Train(cell, units, count, batch, steps, features, threads));

        void Predict(string cell, int units, int count, int steps, int features) => Add(
            "predict", cell, Shape(units, count, steps, features), build => build.Predict(cell, units, count, steps, features, threads));

        void Add(string task, string cell, string shape, Func<Build, Action> work)
        {
            if (only is null || $"{task} {cell} {shape}".Contains(only, StringComparison.Ordinal))
                rows.Add(new Row(task, cell, shape,
                    [.. Enumerable.Range(0, Models).Select(_ => new SideBySide(work(after), work(before), RunSeconds))]));
        }
    }

    private static string Shape(int units, int batch, int steps, int features) =>
        string.Create(CultureInfo.InvariantCulture, $"H={units}, B={batch}, T={steps}, F={features}");

    private static string Table(Page page, List<Row> rows, string[] networks, string[] unequal)
    {
        var text = new StringBuilder();
        string bits = unequal.Length == 0 ? "has the same bits with both" : $"differs for {string.Join(", ", unequal)}";
        text.AppendLine(CultureInfo.InvariantCulture, $"""
            # A new build beside an old one: {Page.Where}

            Medians of alternating runs in one process, of three pairs of models the one with the middle ratio. The ratio is the old build's time over the new one's: above 1 the new one is faster. In brackets: fewer than three runs were quiet, so it says little.
            Weights and predictions after nine training steps of {networks.Length} networks ({string.Join(", ", networks)}): what they are {bits}.
            Geometric mean of all ratios: {Math.Exp(rows.Average(row => Math.Log(row.Timing.Ratio))):F3}; the lowest: {rows.Min(row => row.Timing.Ratio):F2}.

            {string.Join('\n', page.Origin())}

            | task | cell | shape | new | old | ratio | quiet runs, new | quiet runs, old |
            |---|---|---|--:|--:|--:|--:|--:|
            """);
        foreach (Row row in rows.OrderBy(row => row.Timing.Ratio))
            text.AppendLine(CultureInfo.InvariantCulture,
                $"| {row.Task} | {row.Cell} | {row.Shape} | {Figures.Seconds(row.Timing.Ours)} | {Figures.Seconds(row.Timing.Theirs)} | "
                + $"{Figures.Ratio(row.Timing)} | {Figures.Quiet(row.Timing.Ours)} | {Figures.Quiet(row.Timing.Theirs)} |");
        return text.ToString();
    }

    /// <summary>One build, in a context of its own, and the driver that works with it.</summary>
    private sealed class Build : AssemblyLoadContext
    {
        private readonly string _folder;
        private readonly Type _work;

        public Build(string folder)
            : base(folder)
        {
            _folder = Path.GetFullPath(folder);
            if (!File.Exists(Path.Combine(_folder, "Unroll.dll")))
                throw new UnrollException(
                    $"There is no Unroll.dll in {folder}. Build src/Unroll there, and name the folder that it is built into.");
            _work = LoadFromAssemblyPath(Path.Combine(AppContext.BaseDirectory, DriverName + ".dll"))
                .GetType($"{DriverName}.Work", throwOnError: true)!;
        }

        public string[] Networks() => Method<Func<string[]>>("Networks")();

        public byte[] Trained(string network) => Method<Func<string, byte[]>>("Trained")(network);

        public Action Train(string cell, int units, int count, int batch, int steps, int features, int threads) =>
            Method<Func<string, int, int, int, int, int, int, Action>>("Train")(cell, units, count, batch, steps, features, threads);

        public Action Predict(string cell, int units, int count, int steps, int features, int threads) =>
            Method<Func<string, int, int, int, int, int, Action>>("Predict")(cell, units, count, steps, features, threads);

        /// <summary>Of Unroll the folder's own; all else is the runtime's.</summary>
        protected override Assembly? Load(AssemblyName assemblyName) =>
            assemblyName.Name == "Unroll" ? LoadFromAssemblyPath(Path.Combine(_folder, "Unroll.dll")) : null;

        private T Method<T>(string name)
            where T : Delegate => _work.GetMethod(name, BindingFlags.Public | BindingFlags.Static)!.CreateDelegate<T>();
    }
}
