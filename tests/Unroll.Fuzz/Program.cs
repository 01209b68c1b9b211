using System.Globalization;
using Unroll.Fuzz;

// dotnet run -c Release --project tests/Unroll.Fuzz -- [edits] [first seed] [folder]
// Edits files of models and forecasters and loads them, and a tenth as many checkpoints, which it resumes. What is neither loaded nor refused as documented, or takes too much memory or time, is
// reported with its seed and saved.
int edits = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 100_000;
int first = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 1;
string folder = args.Length > 2 ? args[2] : "fuzz-failures";
int failures = Run(Corpus.All(), first, edits) + Run(Checkpoints.All(), first, edits / 10);
return failures == 0 ? 0 : 1;

int Run(IReadOnlyList<(string Name, byte[] File)> corpus, int first, int edits)
{
    int loaded = 0, failures = 0;
    for (int seed = first; seed < first + edits; seed++)
    {
        Attempt attempt = Attempt.Make(corpus, seed);
        loaded += attempt.Loaded ? 1 : 0;
        if (attempt.Failure is string failure)
        {
            failures++;
            Directory.CreateDirectory(folder);
            File.WriteAllBytes(Path.Combine(folder, $"{seed}.unroll"), attempt.File);
            Console.WriteLine($"seed {seed}, {attempt.Name}: {failure}");
        }

        if ((seed - first + 1) % 50_000 == 0)
            Console.WriteLine($"{seed - first + 1} edits, {loaded} loaded, {failures} failures");
    }

    Console.WriteLine($"{edits} edits, {loaded} loaded, {failures} failures");
    return failures;
}
