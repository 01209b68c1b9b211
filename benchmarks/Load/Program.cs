using System.CommandLine;
using System.Globalization;
using System.Text;
using Unroll;
using Unroll.Benchmarks.Load;
using Unroll.Exchange;

var root = new RootCommand("Unroll's server under load, beside a service around ONNX Runtime with the same weights.");
var tool = new Argument<string>("TOOL") { Description = "Unroll.Cli.dll, as it is published" };
var seconds = new Option<double>("--seconds") { Description = "How long each measurement takes", DefaultValueFactory = _ => 5 };
var rounds = new Option<int>("--rounds") { Description = "How often both servers take turns", DefaultValueFactory = _ => 5 };
var connections = new Option<string>("--connections") { Description = "How many at once, with commas between",
    DefaultValueFactory = _ => "1,16,256" };
var minutes = new Option<double>("--minutes") { Description = "How long the soak takes", DefaultValueFactory = _ => 10 };
var graph = new Argument<string>("GRAPH");
var port = new Argument<int>("PORT");

var service = new Command("service", "The service around ONNX Runtime; the others start it.") { graph, port };
service.SetAction((result, _) => OnnxService.Run(result.GetRequiredValue(graph), result.GetRequiredValue(port)));
var compare = new Command("compare", "Predictions a second, and how long one takes, of both services in turn.")
{
    tool, seconds, rounds, connections,
};
compare.SetAction((result, _) => Scenarios.Compare(
    result.GetRequiredValue(tool),
    [.. result.GetRequiredValue(connections).Split(',').Select(text => int.Parse(text, CultureInfo.InvariantCulture))],
    result.GetValue(rounds),
    result.GetValue(seconds)));
var overload = new Command("overload", "Half, all and twice of what the server can take, and then twice for long.")
{
    tool, seconds, minutes,
};
overload.SetAction((result, _) => Scenarios.Overload(result.GetRequiredValue(tool), result.GetValue(seconds), result.GetValue(minutes)));
var replace = new Command("replace", "Replaces the model's file again and again while requests are answered.") { tool, seconds };
replace.SetAction((result, _) => Scenarios.Replace(result.GetRequiredValue(tool), result.GetValue(seconds)));
var table = new Argument<string>("FILE") { Description = "A table to forecast" };
var target = new Argument<string>("TARGET") { Description = "The column" };
var watch = new Command("watch", "A run of the studio with its events read as they come, and with nobody there.")
{
    tool, table, target, rounds,
};
watch.SetAction((result, _) => Watching.Run(
    result.GetRequiredValue(tool), result.GetRequiredValue(table), result.GetRequiredValue(target), result.GetValue(rounds)));
foreach (Command command in (Command[])[service, compare, overload, replace, watch])
    root.Add(command);
return await root.Parse(args).InvokeAsync();
