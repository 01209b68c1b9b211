using System.CommandLine;
using System.Globalization;
using Unroll.Benchmarks.Clusters;

var root = new RootCommand("What a cluster costs: pieces of no work a second, and busy pieces with and without it.");
var pieces = new Option<int>("--pieces") { Description = "How many pieces", DefaultValueFactory = _ => 0 };
var workers = new Option<string>("--workers") { Description = "Worker processes, with commas between", DefaultValueFactory = _ => "1,2,4" };
var slots = new Option<int>("--slots") { Description = "How many pieces a worker computes at once", DefaultValueFactory = _ => 2 };
var seconds = new Option<double>("--seconds") { Description = "How long a piece keeps a core busy", DefaultValueFactory = _ => 1 };
var rounds = new Option<int>("--rounds") { Description = "How often each is measured", DefaultValueFactory = _ => 3 };
var chart = new Option<string?>("--chart") { Description = "An SVG of it" };
var count = new Argument<int>("SLOTS");
var log = new Argument<string>("LOG");

var rate = new Command("rate", "Pieces of no work a second, by number of workers.") { pieces, workers, slots, rounds, chart };
rate.SetAction((result, _) => Scenarios.Rate(
    result.GetValue(pieces) is > 0 and int some ? some : 500,
    [.. result.GetRequiredValue(workers).Split(',').Select(text => int.Parse(text, CultureInfo.InvariantCulture))],
    result.GetValue(slots),
    result.GetValue(rounds),
    result.GetValue(chart)));
var overhead = new Command("overhead", "Busy pieces with a cluster of one worker and without, on all cores.") { seconds, pieces, rounds };
overhead.SetAction((result, _) => Scenarios.Overhead(
    result.GetValue(seconds),
    result.GetValue(pieces) is > 0 and int some ? some : 20 * Environment.ProcessorCount,
    result.GetValue(rounds)));
var worker = new Command("worker", "A worker; the others start it.") { count, log };
worker.SetAction((result, _) => OneMachine.WorkAsync(result.GetRequiredValue(count), result.GetRequiredValue(log)));
foreach (Command command in (Command[])[rate, overhead, worker])
    root.Add(command);
return await root.Parse(args).InvokeAsync();
