package stack

import (
	"github.com/pulumi/pulumi/pkg/v3/engine"
	lt "github.com/pulumi/pulumi/pkg/v3/engine/lifecycletest/framework"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// Up is `pulumi up --yes --skip-preview`.
func (s *Stack) Up() *Result { return s.run(Up, engine.Update, false) }

// Preview is `pulumi preview`.
func (s *Stack) Preview() *Result { return s.run(Up, engine.Update, true) }

// Refresh is `pulumi refresh`.
func (s *Stack) Refresh() *Result { return s.run(Refresh, engine.Refresh, false) }

// Destroy is `pulumi destroy`.
func (s *Stack) Destroy() *Result { return s.run(Destroy, engine.Destroy, false) }

// Import is `pulumi import awskms:index:AwsKmsKey NAME ID`.
func (s *Stack) Import(name, id string) *Result {
	imports := []deploy.Import{{Type: Type, Name: name, ID: resource.ID(id)}}
	return s.run(Import, lt.ImportOp(imports), false)
}

// Run runs any operation, or its preview.
func (s *Stack) Run(op Operation, preview bool) *Result {
	switch op {
	case Refresh:
		return s.run(op, engine.Refresh, preview)
	case RefreshRunProgram:
		return s.run(op, engine.RefreshV2, preview)
	case Destroy:
		return s.run(op, engine.Destroy, preview)
	case DestroyRunProgram:
		return s.run(op, engine.DestroyV2, preview)
	default:
		return s.run(Up, engine.Update, preview)
	}
}

// With runs an operation with other options, and puts the stack's own back.
func (s *Stack) With(change func(*engine.UpdateOptions), run func() *Result) *Result {
	own := s.Options
	defer func() { s.Options = own }()
	change(&s.Options)
	return run()
}

// Targets is the option --target for these resources.
func (s *Stack) Targets(names ...string) deploy.UrnTargets {
	var urns []resource.URN
	for _, name := range names {
		urns = append(urns, s.URN(name))
	}
	return deploy.NewUrnTargetsFromUrns(urns)
}
