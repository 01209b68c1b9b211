using System.Diagnostics;
using System.Globalization;
using System.Text;
using Unroll.Forecasting;

namespace Unroll.Benchmarks;

/// <summary>Which series to forecast.</summary>
/// <param name="Folder">Where the files are.</param>
/// <param name="Files">Names without .csv, and the newest rows of each series that are judged.</param>
/// <param name="Count">How many series of all files together.</param>
/// <param name="Season">The rows of a season.</param>
/// <param name="Command">The command line.</param>
internal sealed record BaselinesOptions(
    string Folder, IReadOnlyList<(string Name, int Horizon)> Files, int Count, int Season, string Command);

/// <summary>
/// The simple rules beside R's forecast package, series after series: the newest rows of each are forecast from the row before them. Where
/// there is no Rscript, the page has Unroll's columns alone.
/// </summary>
internal static class BaselinesBenchmark
{
    /// <summary>Each rule, and what makes its forecast f of the series y in R, h rows ahead.</summary>
    private static readonly (string Name, Func<int, BaselineForecaster> Create, string InR)[] s_rules =
    [
        ("Theta", season => new ThetaForecaster(season), "thetaf(y, h)"),
        ("ETS", season => new EtsForecaster(null, season), "forecast(ets(y), h)"),
        ("ARIMA", season => new ArimaForecaster(null, season), "forecast(auto.arima(y), h)"),
        ("STL + ETS", season => new StlEtsForecaster([season]), "forecast(stlm(y), h)"),
        ("Croston", _ => new CrostonForecaster(corrected: false, alpha: 0.1), "croston(y, h)"),
        ("seasonal naive", season => new SeasonalNaiveForecaster(season), "snaive(y, h)"),
        ("naive", _ => new NaiveForecaster(), "naive(y, h)"),
    ];

    /// <summary>One series: its name is that of the file and its own.</summary>
    private sealed record Case(string Name, DateTime[] Dates, double[] Values, int Horizon)
    {
        public int TrainRows => Values.Length - Horizon;

        public double Error(double[] ahead) => Enumerable.Range(0, Horizon).Average(h => Math.Abs(ahead[h] - Values[TrainRows + h]));

        /// <summary>The mean absolute error of the value a season before, in the training rows.</summary>
        public double Scale(int season) =>
            Enumerable.Range(season, TrainRows - season).Average(t => Math.Abs(Values[t] - Values[t - season]));
    }

    /// <summary>A forecast of one series and the processor's time for it.</summary>
    private sealed record Answer(double Error, double Seconds);

    public static void Run(BaselinesOptions options)
    {
        var page = new Page(options.Command);
        Case[] cases = [.. options.Files.SelectMany(file => Read(options, file.Name, file.Horizon))];
        Dictionary<(string Series, string Rule), Answer> theirs = AskR(cases, options.Season);
        var text = new StringBuilder();
        text.AppendLine("# The simple rules beside R's").AppendLine();
        string files = string.Join(", ", options.Files.Select(file => $"{file.Name}, {file.Horizon} rows ahead"));
        string[] sentences =
        [
            $"{cases.Length} series: {files}. Fitted to all rows but these, and forecast once from the last of them.",
            "Ratios are Unroll's mean absolute error over R's, series by series; below 1 Unroll's is smaller.",
            "MASE is the mean absolute error in units of that of the value a season before, in the training rows.",
            "The time is the processor's for a fit and a choice of the model, once all code has run.",
        ];
        text.AppendLine(string.Join(' ', sentences)).AppendLine();
        string[] head =
        [
            "forecast", "series", "median ratio", "geometric mean", "within 1 %", "MASE", "MASE, R", "ms a series",
            "ms a series, R", "in R",
        ];
        text.AppendLine($"| {string.Join(" | ", head)} |");
        text.AppendLine("|---|--:|--:|--:|--:|--:|--:|--:|--:|---|");
        foreach ((string name, Func<int, BaselineForecaster> create, string inR) in s_rules)
        {
            (Case Case, Answer? Ours)[] asked = [.. cases.Select(each => (each, Ask(each, create(options.Season))))];
            (Case, Answer)[] ours = [.. asked.Where(each => each.Ours is not null).Select(each => (each.Case, each.Ours!))];
            string line = Line(name, inR, ours, theirs, options.Season);
            text.AppendLine(line);
            Console.Error.WriteLine(line);
        }

        string peer = theirs.Count > 0 ? "R with its package forecast; one thread each." : "Without R.";
        text.AppendLine().AppendLine(string.Join('\n', page.Origin(peer)));
        Results.Write("baselines.md", text.ToString());
        Console.WriteLine(text);
    }

    private static string Line(
        string name, string inR, (Case Case, Answer Ours)[] ours, Dictionary<(string Series, string Rule), Answer> theirs, int season)
    {
        (Case Case, Answer Ours, Answer Theirs)[] pairs =
        [
            .. ours.Where(each => theirs.ContainsKey((each.Case.Name, name)))
                .Select(each => (each.Case, each.Ours, theirs[(each.Case.Name, name)]))
                .Where(pair => pair.Item3.Error > 0 && pair.Ours.Error > 0),
        ];
        double[] ratios = [.. pairs.Select(pair => pair.Ours.Error / pair.Theirs.Error)];
        double mase = ours.Average(each => each.Ours.Error / each.Case.Scale(season)), seconds = ours.Average(each => each.Ours.Seconds);
        if (ratios.Length == 0)
        {
            string own = string.Create(CultureInfo.InvariantCulture, $"{mase:F3} |  | {1e3 * seconds:F1}");
            return $"| {name} | {ours.Length} |  |  |  | {own} |  |  |";
        }

        double geometric = Math.Exp(ratios.Average(Math.Log)), near = ratios.Average(ratio => Math.Abs(ratio - 1) <= 0.01 ? 1.0 : 0);
        double maseR = pairs.Average(pair => pair.Theirs.Error / pair.Case.Scale(season));
        double secondsR = pairs.Average(pair => pair.Theirs.Seconds);
        string errors = string.Create(CultureInfo.InvariantCulture, $"{Statistics.Median(ratios):F4} | {geometric:F4} | {100 * near:F0} %");
        string times = string.Create(CultureInfo.InvariantCulture, $"{mase:F3} | {maseR:F3} | {1e3 * seconds:F1} | {1e3 * secondsR:F0}");
        return $"| {name} | {ratios.Length} | {errors} | {times} | `{inR}` |";
    }

    /// <summary>As many of a file's first series as are its share.</summary>
    private static IEnumerable<Case> Read(BaselinesOptions options, string name, int horizon)
    {
        string path = Path.Combine(options.Folder, name + ".csv");
        if (!File.Exists(path))
            throw new UnrollException($"There is no {path}. Give the folder of {name}.csv, with the columns date, series and value.");
        int at = options.Files.ToList().FindIndex(file => file.Name == name), files = options.Files.Count;
        int share = (options.Count / files) + (at < options.Count % files ? 1 : 0);
        var set = SeriesSet.Read(path, "series");
        return File.ReadLines(path).Skip(1).Select(line => line.Split(',')[1]).Distinct().Take(share)
            .Select(key => new Case($"{name}/{key}", [.. set[key].Dates], set[key]["value"].ToArray(), horizon));
    }

    /// <summary>Null where the rule does not take the series.</summary>
    private static Answer? Ask(Case each, BaselineForecaster forecaster)
    {
        var table = new TimeSeries(each.Name, each.Dates, ("value", each.Values));
        DateRange train = new(null, each.Dates[each.TrainRows - 1]), test = new(each.Dates[each.TrainRows], null);
        try
        {
            var task = new ForecastTask(new ForecastSplit(table, "value", train, test, 1), each.Horizon);
            forecaster.Fit(task);
            PartForecast forecast = forecaster.Predict(task).Parts[0];
            double error = each.Error([.. Enumerable.Range(1, each.Horizon).Select(h => forecast[0, h])]);
            TimeSpan before = Process.GetCurrentProcess().TotalProcessorTime;
            forecaster.Refit(task);
            return new Answer(error, (Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds);
        }
        catch (UnrollException refused)
        {
            Console.Error.WriteLine(refused.Message);
            return null;
        }
    }

    private static Dictionary<(string Series, string Rule), Answer> AskR(Case[] cases, int season)
    {
        string folder = Directory.CreateTempSubdirectory("unroll-baselines-").FullName;
        try
        {
            string data = Path.Combine(folder, "data.csv"), script = Path.Combine(folder, "ask.R");
            IEnumerable<string> Rows(Case each) =>
                each.Values.Select(value => string.Create(CultureInfo.InvariantCulture, $"{each.Name},{each.Horizon},{value:R}"));
            File.WriteAllLines(data, ["series,horizon,value", .. cases.SelectMany(Rows)]);
            File.WriteAllText(script, Script(data, season));
            var start = new ProcessStartInfo("Rscript", script) { RedirectStandardOutput = true, RedirectStandardError = true };
            using Process process = Process.Start(start)!;
            process.ErrorDataReceived += (_, _) => { };
            process.BeginErrorReadLine();
            var answers = new Dictionary<(string, string), Answer>();
            while (process.StandardOutput.ReadLine() is { } line)
            {
                string[] cells = line.Split(';');
                double[] ahead = [.. cells[3].Split(',').Select(cell => double.Parse(cell, CultureInfo.InvariantCulture))];
                Case own = cases.First(each => each.Name == cells[0]);
                answers[(cells[0], cells[1])] = new Answer(own.Error(ahead), double.Parse(cells[2], CultureInfo.InvariantCulture));
            }

            process.WaitForExit();
            return answers;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Console.Error.WriteLine("There is no Rscript: Unroll alone.");
            return [];
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }

    /// <summary>Writes a line for each series and rule: both names, seconds of the processor, and the forecast.</summary>
    private static string Script(string data, int season) => $$"""
        suppressMessages(library(forecast))
        d <- read.csv("{{data}}", stringsAsFactors = FALSE)
        rules <- list({{string.Join(", ", s_rules.Select(rule => $"\"{rule.Name}\" = function(y, h) {rule.InR}"))}})
        for (s in unique(d$series)) {
          v <- d$value[d$series == s]; h <- d$horizon[d$series == s][1]; y <- ts(v[1:(length(v) - h)], frequency = {{season}})
          for (r in names(rules)) {
            before <- proc.time()
            p <- tryCatch(suppressWarnings(as.numeric(rules[[r]](y, h)$mean)), error = function(e) NULL)
            spent <- sum((proc.time() - before)[1:2])
            if (!is.null(p)) cat(s, ";", r, ";", spent, ";", paste(format(p, digits = 15, trim = TRUE), collapse = ","), "\n", sep = "")
          }
        }
        """;
}
