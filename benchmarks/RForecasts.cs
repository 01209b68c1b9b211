using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Unroll.Benchmarks;

/// <summary>
/// What methods of R forecast of a file, where R and their packages are installed. Some take minutes, so their forecasts are kept in the
/// folder of temporary files under the hash of all that they were made from.
/// </summary>
internal static partial class RForecasts
{
    private const int PackageMissing = 3;

    /// <summary>What the page calls a method, and what the script does.</summary>
    public static readonly (string Name, string Method)[] Methods =
        [("R ets", "ets"), ("R theta", "theta"), ("R auto.arima", "arima"), ("prophet", "prophet")];

    /// <summary>What the last forecasts were made with, a line a package.</summary>
    public static SortedSet<string> Versions { get; } = new(StringComparer.Ordinal);

    /// <summary>Forecasts of one method; null where it is not installed.</summary>
    public static JudgedForecasts? Of(AccuracyFile file, string name, string method)
    {
        string script = Script(), data = Csv(file);
        byte[] origin = Encoding.UTF8.GetBytes($"{script}\n{file.Horizon} {file.Season} {method}\n{data}");
        string key = Convert.ToHexStringLower(SHA256.HashData(origin))[..24];
        string folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), "unroll-accuracy")).FullName;
        string kept = Path.Combine(folder, $"{method}-{key}.csv");
        if (!File.Exists(kept))
        {
            (string scriptFile, string dataFile) = (Path.Combine(folder, "accuracy.R"), Path.Combine(folder, $"{file.Name}-{key}.csv"));
            File.WriteAllText(scriptFile, script);
            File.WriteAllText(dataFile, data);
            Console.Error.WriteLine($"{file.Name}: {name}");
            string? made = Run(method, [scriptFile, dataFile, $"{file.Horizon}", $"{file.Season}", method]);
            File.Delete(dataFile);
            if (made is null)
                return null;
            File.WriteAllText(kept + ".part", made);
            File.Move(kept + ".part", kept, overwrite: true);
        }

        return Parse(File.ReadAllLines(kept), name, file.Data.Count);
    }

    private static JudgedForecasts Parse(string[] lines, string name, int series)
    {
        Match made = Made().Match(lines[0]);
        Versions.Add(made.Groups[1].Value);
        Dictionary<string, double[]> ahead = lines[2..].Where(line => line.Length > 0).Select(line => line.Split(','))
            .GroupBy(cells => cells[0])
            .ToDictionary(own => own.Key, own => own.Select(cells => Number(cells[2])).ToArray());
        return new JudgedForecasts(name, ahead)
        {
            Seconds = Number(made.Groups[2].Value) / series,
            Megabytes = Number(made.Groups[3].Value) / 1024,
        };
    }

    private static double Number(string text) =>
        double.TryParse(text, CultureInfo.InvariantCulture, out double number) ? number : double.NaN;

    /// <summary>What the script prints; null where R or the package is not installed.</summary>
    private static string? Run(string method, string[] arguments)
    {
        var start = new ProcessStartInfo("Rscript") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        start.Environment["OMP_NUM_THREADS"] = "1";
        start.Environment["TZ"] = "UTC";
        try
        {
            using Process process = Process.Start(start)!;
            process.PriorityClass = ProcessPriorityClass.BelowNormal;
            Task<string> problems = process.StandardError.ReadToEndAsync();
            string text = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode switch
            {
                0 => text,
                PackageMissing => null,
                int code => throw new UnrollException(
                    $"R's {method} ended with exit code {code}: {problems.Result.Trim().Split('\n')[^1]}"),
            };
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    private static string Script()
    {
        using Stream stream = typeof(RForecasts).Assembly.GetManifestResourceStream("accuracy.R")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static string Csv(AccuracyFile file)
    {
        var text = new StringBuilder("date,series,value\n");
        foreach (string key in file.Data.Keys)
        {
            double[] values = file.Values(key);
            for (int row = 0; row < values.Length; row++)
                text.Append(CultureInfo.InvariantCulture, $"{file.Data[key].Dates[row]:yyyy-MM-dd},{key},{values[row]:R}\n");
        }

        return text.ToString();
    }

    [GeneratedRegex("^# (.*), ([0-9.]+) s, ([0-9]+) kB$")]
    private static partial Regex Made();
}
